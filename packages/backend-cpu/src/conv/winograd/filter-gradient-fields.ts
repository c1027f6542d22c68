import { defineFields } from "../fields.ts";
import { tileFields } from "./fields.ts";

/** What the gradient of a filter by tiles reads from memory. */
export const filterGradientFields = defineFields([
  ...tileFields,
  /** Address of the gradient of the output. */
  "gradient",
  /** Into how many parts the units are cut; blocks of channels, and channels of a block. */
  "parts", "blocks", "blockChannels",
  /** Where a thread has the transformed gradient, in lines and packed. */
  "gradientOffset", "packedOffset",
  /** Bytes from point to point of the transformed input and gradient. */
  "linePointBytes", "gradientPointBytes",
  /** Where sums go: address, bytes of a row, of a point's matrix and of a part. */
  "sums", "sumsPitch", "sumPointBytes", "partBytes",
]); // prettier-ignore
