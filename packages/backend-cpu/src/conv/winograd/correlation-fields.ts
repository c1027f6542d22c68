import { defineFields } from "../fields.ts";
import { tileFields } from "./fields.ts";

/** What a correlation by tiles reads from memory. */
export const correlationFields = defineFields([
  ...tileFields,
  /** How many channels are multiplied at a time. */
  "depthBlock",
  /** Address of the transformed filters, and bytes of one of their matrices. */
  "packed", "packedBytes",
  /** Address of the output. */
  "output",
  /** Bytes from point to point of the transformed input, and of the sums, whose lines have the same pitch. */
  "linePointBytes", "sumPointBytes",
]); // prettier-ignore
