import { isFloat } from "../dtype.ts";
import { DTypeError } from "../errors.ts";
import { Tensor } from "../tensor.ts";
import { castNode } from "./build.ts";

/** An index as int32; throws for floats and masks. */
export function integerIndex(operation: string, index: Tensor): Tensor {
  if (index.dtype === "bool") {
    throw new DTypeError(`${operation}: an index must hold integers, not bool; for a mask use where or maskedFill`);
  }
  if (isFloat(index.dtype)) {
    throw new DTypeError(`${operation}: an index must hold integers, not ${index.dtype}; cast it with .cast("int32")`);
  }
  return new Tensor(castNode(index.node, "int32"));
}
