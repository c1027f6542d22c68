/** The command line or a fixtures folder is wrong; the message is one line for the user. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The case needs something that our packages or the runner lack. Never counted as passed. */
export class Unsupported extends Error {
  override name = "Unsupported";
}

/** A value that is not what the fixtures hold. */
export interface Mismatch {
  /** Role of the tensor or name of the quantity, for example `grad_in0`. */
  readonly role: string;
  /** One line. */
  readonly problem: string;
}

export type Outcome =
  | { readonly status: "passed" }
  | { readonly status: "failed"; readonly mismatches: readonly Mismatch[] }
  | { readonly status: "unsupported"; readonly reason: string };

export interface CaseResult {
  readonly name: string;
  readonly op: string;
  readonly outcome: Outcome;
}

export interface GroupResult {
  readonly group: string;
  readonly seconds: number;
  readonly cases: readonly CaseResult[];
}

/** How many cases ended with `status`. */
export function count(groups: readonly GroupResult[], status: Outcome["status"]): number {
  return groups.flatMap(({ cases }) => cases).filter(({ outcome }) => outcome.status === status).length;
}
