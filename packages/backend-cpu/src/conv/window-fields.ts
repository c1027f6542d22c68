import type { Local } from "../wasm/index.ts";

/** What the functions of a convolution read from memory; see `Windows` for the first ones. */
export const windowFields = [
  "images", "groups", "channels", "height", "width",
  "tapRows", "tapColumns", "tapRowStep", "tapColumnStep", "rowStep", "columnStep", "top", "left", "rows", "columns",
  /** Address of the input. */
  "input",
  /** Work is cut into chunks of images and units of windows: see `cutWork`. */
  "chunkImages", "unitRows", "unitColumns", "unitsDown", "unitsAcross",
  /** Elements of a window, and how many of them are multiplied at a time. */
  "depth", "depthBlock",
  /** Bytes from line to line. */
  "pitch",
  /** Where the parts of a thread's workspace begin, in bytes from its start. */
  "linesOffset", "scratchOffset",
] as const; // prettier-ignore

export type WindowLocals = Readonly<Record<(typeof windowFields)[number], Local<"i32">>>;
