import { defineFields } from "./fields.ts";
import { windowFields } from "./window-fields.ts";

/** What `correlate` and `correlateFew` read from memory. */
export const correlationFields = defineFields([
  ...windowFields,
  /** Units of windows that a group has. */
  "units",
  /** Output planes of a group. */
  "outputs",
  /** Address of the packed filter, and bytes of one group of it. */
  "packed", "packedBytes",
  /** Address of the output; see `Correlation.target` for the rest. */
  "output", "outputHeight", "outputWidth", "outputTop", "outputLeft", "outputRowStep", "outputColumnStep",
  /** Whether the products of a unit are stored where they belong, or in the workspace first, in rows of so many bytes. */
  "inPlace", "scratchPitch",
  /** Whether `correlateFew` may read rows of windows where they lie. */
  "dense",
]); // prettier-ignore

export type CorrelationLocals = ReturnType<typeof correlationFields.read>;
