/**
 * Errors of Minima. Each is a class exported by its package; `isMinimaError` recognises them across copies of a
 * package, because the marker is registered under `Symbol.for`.
 */
const marker = Symbol.for("minima.error");

/** Base of all errors thrown on purpose by Minima packages. */
export class MinimaError extends Error {
  override name = "MinimaError";
  /** Marks the error across copies of the package. */
  readonly [marker] = true;
}

/** Shapes that do not fit the operation, named in the message with the operation and the fix. */
export class ShapeError extends MinimaError {
  override name = "ShapeError";
}

/** A dtype that the operation does not take. */
export class DTypeError extends MinimaError {
  override name = "DTypeError";
}

/** An argument outside its range. */
export class ValueError extends MinimaError {
  override name = "ValueError";
}

/** Work was asked for and no backend has been chosen. */
export class NoBackendError extends MinimaError {
  override name = "NoBackendError";
}

/** A tensor of an update that has been overwritten was read. */
export class StaleTensorError extends MinimaError {
  override name = "StaleTensorError";
}

/** A traced function did something that cannot be replayed. */
export class TraceError extends MinimaError {
  override name = "TraceError";
}

/** The device or host could not provide the memory asked for. */
export class OutOfMemoryError extends MinimaError {
  override name = "OutOfMemoryError";
}

/** Whether `value` is an error of any copy of any Minima package. */
export function isMinimaError(value: unknown): value is MinimaError {
  return typeof value === "object" && value !== null && marker in value;
}

/** Whether `value` says that memory is short, in any copy of any Minima package. */
export function isOutOfMemory(value: unknown): value is MinimaError {
  return isMinimaError(value) && value.name === "OutOfMemoryError";
}
