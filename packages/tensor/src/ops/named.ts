import { MinimaError } from "../errors.ts";

/** Makes a composite of other operations: their errors name the operation that was called. */
export function named<T>(operation: string, compose: () => T): T {
  try {
    return compose();
  } catch (error) {
    if (error instanceof MinimaError) error.message = error.message.replace(/^\w+(?=:)/, operation);
    throw error;
  }
}
