import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";

/** A branch of the tree of all signatures seen: below it, what a signature may go on with. */
interface Branch {
  readonly next: Map<unknown, Branch>;
  /** Of the signature that ends here; 0 if none does yet. */
  number: number;
}

const root: Branch = { next: new Map(), number: 0 };
let count = 0;

/**
 * A small number for each combination of kind, shape, dtype and attributes seen in this process. Graphs of equal
 * structure have equal sequences of signatures, which is what plans are cached by. Found in a tree, part by part: every
 * step asks for some hundred of them, and a text as the key would have to be built and hashed for each.
 */
export function signatureOf(kind: string, shape: Shape, dtype: DType, attributes: object | null): number {
  let branch = below(below(below(root, kind), dtype), shape.length);
  for (let axis = 0; axis < shape.length; axis++) branch = below(branch, shape[axis]);
  if (attributes !== null) branch = describe(branch, attributes);
  if (branch.number === 0) branch.number = ++count;
  return branch.number;
}

/** The branch of attributes: numbers, strings, booleans and arrays of them by name. */
function describe(from: Branch, attributes: object): Branch {
  let branch = from;
  for (const name in attributes) {
    const value = (attributes as Readonly<Record<string, unknown>>)[name];
    branch = below(branch, name);
    if (Array.isArray(value)) {
      branch = below(branch, "[" + value.length);
      for (let i = 0; i < value.length; i++) branch = below(branch, value[i]);
    } else {
      branch = below(branch, value);
    }
  }
  return branch;
}

function below(branch: Branch, part: unknown): Branch {
  let next = branch.next.get(part);
  if (next === undefined) {
    next = { next: new Map(), number: 0 };
    branch.next.set(part, next);
  }
  return next;
}
