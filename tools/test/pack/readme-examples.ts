import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./root.ts";

/** A fenced block of TypeScript in a README. */
export interface Example {
  /** Where it stands, such as `packages/optim/README.md:12`. */
  readonly place: string;
  /** File name for it, without a folder. */
  readonly file: string;
  readonly code: string;
  /** Whether it is run; a block fenced with "ts no-run" is type-checked only. */
  readonly runs: boolean;
  /** What it prints, where a "text output" block follows. */
  readonly output: string | undefined;
}

const fence = /^```(.*)\n([\s\S]*?)^```$/gm;

/** The TypeScript examples of a README, in order. Every block is one: it has to stand on its own. */
export function readmeExamples(readme: string): Example[] {
  if (!existsSync(path.join(root, readme))) return []; // a test of its own says so
  const text = readFileSync(path.join(root, readme), "utf8").replaceAll("\r\n", "\n");
  const blocks = [...text.matchAll(fence)];
  return blocks.flatMap(([, info, code], i) => {
    if (!/^ts\b/.test(info)) return [];
    if (info !== "ts" && info !== "ts no-run") throw new Error(`${readme}: unknown fence "${info}"`);
    const line = text.slice(0, blocks[i].index).split("\n").length;
    const next = blocks[i + 1];
    return {
      place: `${readme}:${line}`,
      file: `${path.dirname(readme).replace(/^\.$/, "root").replaceAll("/", "-")}-${line}.ts`,
      code,
      runs: info === "ts",
      output: next?.[1] === "text output" ? next[2] : undefined,
    };
  });
}
