import { TraceError } from "../errors.ts";
import { classOfNumber } from "../ops/scalar-input.ts";
import { Tensor } from "../tensor.ts";
import { identityOf } from "./identity.ts";
import { describeTree, mapLeaves } from "./tree.ts";

/** The arguments of a call, flattened: what varies from call to call, and a key of everything that does not. */
export interface CallInputs {
  readonly key: string;
  readonly tensors: readonly Tensor[];
  readonly numbers: readonly number[];
}

/**
 * Takes arguments apart; tensors and numbers are inputs, other values (and numbers listed as static) part of the key. So is
 * what decides on dtypes: of tensors their own, of numbers whether they are integers.
 */
export function readArguments(args: readonly unknown[], isStatic: (position: number) => boolean): CallInputs {
  const tensors: Tensor[] = [];
  const numbers: number[] = [];
  args.forEach((arg, position) => {
    mapLeaves(
      arg,
      (leaf, path) => {
        if (leaf instanceof Tensor) tensors.push(leaf);
        else if (typeof leaf !== "number") checkLeaf(leaf, path);
        else if (!isStatic(position)) numbers.push(leaf);
        return leaf;
      },
      `#${position}`,
    );
  });
  const key = args.map((arg, position) => describeTree(arg, (leaf) => describe(leaf, isStatic(position))));
  return { key: key.join(), tensors, numbers };
}

function describe(leaf: unknown, isStatic: boolean): string {
  if (leaf instanceof Tensor) {
    const { device } = leaf.node;
    return `${leaf.dtype}[${leaf.shape.join()}]${leaf.requiresGrad ? "!" : ""}${device === null ? "" : identityOf(device)}`;
  }
  if (typeof leaf === "string") return JSON.stringify(leaf);
  if (typeof leaf !== "number") return String(leaf);
  return isStatic ? `=${Object.is(leaf, -0) ? "-0" : String(leaf)}` : classOfNumber(leaf);
}

function checkLeaf(leaf: unknown, path: string): void {
  if (leaf === null || ["string", "boolean", "undefined"].includes(typeof leaf)) return;
  if (ArrayBuffer.isView(leaf)) {
    throw new TraceError(
      `compile: argument ${path} is a ${leaf.constructor.name}; give the compiled function tensor(array) instead, with a new ` +
        "array or a copy for each call",
    );
  }
  throw new TraceError(
    `compile: argument ${path} is ${typeof leaf === "object" ? "an" : "a"} ${typeof leaf}; arguments may be tensors, numbers, strings, booleans and ` +
      "nested arrays and plain objects of them. Capture other objects instead of passing them",
  );
}
