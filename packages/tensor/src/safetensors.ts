/**
 * The safetensors file format: `@minima/tensor/safetensors`.
 *
 * A file is 8 bytes with the length of the header (little-endian), the header (JSON: name, dtype, shape and
 * byte range of each tensor, perhaps string metadata, padded with spaces), and the raw little-endian elements.
 * Files pass both ways between Minima and other frameworks.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export { decodeSafetensors } from "./safetensors/decode.ts";
export { encodeSafetensors } from "./safetensors/encode.ts";
export { SafetensorsError } from "./safetensors/error.ts";
export type { DecodedSafetensors } from "./safetensors/decode.ts";
export type { HostTensor } from "./safetensors/host-tensor.ts";
