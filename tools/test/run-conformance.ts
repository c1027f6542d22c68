import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { conformance } from "../src/conformance/conformance.ts";

const shared = process.env.MINIMA_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** The fixtures from PyTorch, and the MNIST files; tests are skipped where they are not. */
export const fixtures = path.join(shared, "fixtures");
export const moreFixtures = path.join(shared, "fixtures-more");
export const mnist = path.join(shared, "data", "mnist");
export const hasFixtures = existsSync(fixtures) && existsSync(moreFixtures);
export const hasMnist = existsSync(mnist);

/** Runs the command and gives what it printed. */
export async function runConformance(...args: readonly string[]) {
  const lines: string[] = [];
  const errors: string[] = [];
  const code = await conformance(args, { line: (text) => lines.push(text), error: (text) => errors.push(text) });
  return { code, lines, errors };
}
