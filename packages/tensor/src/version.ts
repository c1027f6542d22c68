import { MinimaError } from "./errors.ts";

/** Version of this package; a test compares it with package.json. */
export const version = "0.1.0";

const registry = globalThis as { [key: symbol]: unknown };
const key = Symbol.for("minima.tensor.version");

/**
 * Registers this copy of the package. Two copies of different minor versions cannot share tensors, and would fail in
 * strange ways much later.
 *
 * @throws MinimaError naming both versions.
 */
export function registerCopy(own: string): void {
  const other = registry[key];
  if (typeof other === "string" && minorOf(other) !== minorOf(own)) {
    throw new MinimaError(
      `two copies of @minima/tensor are loaded, ${other} and ${own}; run npm dedupe, or align the versions of the ` +
        "@minima packages in package.json",
    );
  }
  registry[key] ??= own;
}

function minorOf(text: string): string {
  return text.split(".").slice(0, 2).join(".");
}

registerCopy(version);
