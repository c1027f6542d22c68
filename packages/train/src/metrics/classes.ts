import { type Tensor, ShapeError, argmax, cast, formatShape, sameShape } from "@minima/tensor";

/** The class with the largest output in each row, [n] int32. */
export function predictedClasses(metric: string, output: Tensor): Tensor {
  if (output.ndim !== 2) {
    throw new ShapeError(`${metric}: the output must be [n, classes], and is ${formatShape(output.shape)}`);
  }
  return cast(argmax(output, { axis: 1 }), "int32");
}

/** The class of each row, [n] int32, from class indices or from one-hot vectors. */
export function classesOf(metric: string, target: Tensor, output: Tensor): Tensor {
  if (sameShape(target.shape, output.shape.slice(0, 1))) return cast(target, "int32");
  if (sameShape(target.shape, output.shape)) return cast(argmax(target, { axis: 1 }), "int32");
  throw new ShapeError(
    `${metric}: the target must be ${formatShape(output.shape.slice(0, 1))} or ${formatShape(output.shape)} to go with ` +
      `the output, and is ${formatShape(target.shape)}`,
  );
}
