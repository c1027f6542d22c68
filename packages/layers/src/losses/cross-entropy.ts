import {
  DTypeError, ShapeError, type Tensor, ValueError, add, arange, cast, checkIndices, div, equal, formatShape, inFloat32,
  isFloat, less, logSoftmax, mul, named, neg, notEqual, reshape, sameShape, sum, unsqueeze, where,
} from "@minima/tensor"; // prettier-ignore
import { type Reduction, reduceLoss } from "./reduction.ts";

export interface CrossEntropyOptions {
  readonly reduction?: Reduction | undefined;
  /** Share of the target spread evenly over all classes; default 0 (Szegedy et al. 2016). */
  readonly labelSmoothing?: number | undefined;
  /** Weight of each class, [classes]; a mean is then divided by the weights of the targets. */
  readonly weight?: Tensor | undefined;
  /** A class index whose elements count for nothing; default -100. */
  readonly ignoreIndex?: number | undefined;
}

/**
 * Cross entropy between softmax(logits) and a target: -log softmax(logits)[target], computed from the logits in one
 * stable expression. Gradient: softmax(logits) - target.
 *
 * @param logits - [n, classes, ...], or [classes].
 * @param target - Class indices of shape [n, ...], integers in [0, classes); or probabilities of the logits' shape.
 * @throws {ValueError} a class index from the host that is none; one that a device computed makes the loss NaN.
 */
export function crossEntropy(logits: Tensor, target: Tensor, options: CrossEntropyOptions = {}): Tensor {
  return named("crossEntropy", () => inFloat32([logits], (wide) => lossOf(wide, target, options)));
}

function lossOf(logits: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor {
  const { labelSmoothing = 0, weight, reduction = "mean" } = options;
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    throw new ValueError(`crossEntropy: labelSmoothing ${labelSmoothing} must lie in [0, 1]`);
  }
  if (logits.ndim === 0) throw new ShapeError("crossEntropy: the logits need an axis of classes");
  const axis = logits.ndim === 1 ? 0 : 1;
  const classes = logits.shape[axis];
  if (weight !== undefined && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(`crossEntropy: weight ${formatShape(weight.shape)} must be [${classes}], one a class`);
  }
  const byClass = (t: Tensor): Tensor =>
    reshape(
      t,
      logits.shape.map((_, k) => (k === axis ? classes : 1)),
    );
  const logProbabilities = logSoftmax(logits, axis);
  const weighted = weight === undefined ? logProbabilities : mul(logProbabilities, byClass(weight));

  const expected = logits.shape.filter((_, k) => k !== axis);
  if (isFloat(target.dtype)) {
    if (sameShape(target.shape, expected) && !sameShape(target.shape, logits.shape)) {
      throw new DTypeError(
        `crossEntropy: the target ${formatShape(target.shape)} has the shape of class indices and holds ${target.dtype}; make ` +
          'it of integers: tensor(labels, { dtype: "int32" }) or .cast("int32")',
      );
    }
    if (!sameShape(target.shape, logits.shape)) throw mismatch(logits, target);
    const smooth = labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
    const losses = neg(sum(mul(weighted, smooth), { axis }));
    return reduction === "mean" ? div(sum(losses), Math.max(1, losses.size)) : reduceLoss(losses, reduction);
  }

  if (!sameShape(target.shape, expected)) throw mismatch(logits, target);
  if (target.dtype === "bool") throw new DTypeError("crossEntropy: the target must hold class indices, not bool");
  const counts = notEqual(target, options.ignoreIndex ?? -100);
  const areClasses = checkIndices("crossEntropy", target, classes, options.ignoreIndex ?? -100);
  const chosen = equal(unsqueeze(cast(target, "int32"), axis), byClass(arange(classes)));
  const picked = neg(sum(where(chosen, weighted, 0), { axis }));
  let losses = picked;
  if (labelSmoothing > 0) {
    const spread = neg(sum(weighted, { axis }));
    losses = add(mul(picked, 1 - labelSmoothing), mul(spread, labelSmoothing / classes));
  }
  // As uint32 negative numbers are large.
  if (!areClasses) losses = where(less(cast(cast(target, "int32"), "uint32"), classes), losses, NaN);
  losses = where(counts, losses, 0);
  if (reduction !== "mean") return reduceLoss(losses, reduction);
  if (weight === undefined) return div(sum(losses), sum(cast(counts, "float32")));
  const weights = sum(where(chosen, byClass(weight), 0), { axis });
  return div(sum(losses), sum(where(counts, weights, 0)));
}

function mismatch(logits: Tensor, target: Tensor): ShapeError {
  return new ShapeError(
    `crossEntropy: target ${formatShape(target.shape)} ${target.dtype} does not fit logits ${formatShape(logits.shape)}: ` +
      "give class indices without the class axis, or float probabilities of the logits' shape",
  );
}
