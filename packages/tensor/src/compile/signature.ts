import { TraceError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { mapLeaves } from "./tree.ts";

/** The arguments of a call, flattened: what varies from call to call, and a key of everything that does not. */
export interface CallInputs {
  readonly key: string;
  readonly tensors: readonly Tensor[];
  readonly numbers: readonly number[];
}

/** Takes arguments apart; tensors and numbers are inputs, other values (and numbers listed as static) part of the key. */
export function readArguments(args: readonly unknown[], isStatic: (position: number) => boolean): CallInputs {
  const parts: string[] = [];
  const tensors: Tensor[] = [];
  const numbers: number[] = [];
  args.forEach((arg, position) => {
    mapLeaves(
      arg,
      (leaf, path) => {
        if (leaf instanceof Tensor) {
          tensors.push(leaf);
          parts.push(`${path}:${leaf.dtype}[${leaf.shape.join()}]${leaf.requiresGrad ? "!" : ""}`);
        } else if (typeof leaf === "number" && !isStatic(position)) {
          numbers.push(leaf);
          parts.push(`${path}:number`);
        } else {
          parts.push(`${path}=${describe(leaf, path)}`);
        }
        return leaf;
      },
      `#${position}`,
    );
  });
  return { key: parts.join("|"), tensors, numbers };
}

function describe(leaf: unknown, path: string): string {
  switch (typeof leaf) {
    case "string":
      return JSON.stringify(leaf);
    case "number":
    case "boolean":
    case "undefined":
      return String(leaf);
    default:
      if (leaf === null) return "null";
      throw new TraceError(
        `compile: argument ${path} is a ${typeof leaf}; arguments may be tensors, numbers, strings, booleans and ` +
          "nested arrays and plain objects of them. Capture other objects instead of passing them",
      );
  }
}
