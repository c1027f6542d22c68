import type { Local } from "../../wasm/index.ts";

/** What the functions of a convolution by tiles read from memory. Tiles are the squares of windows computed together. */
export const tileFields = [
  "images", "groups", "channels", "height", "width",
  /** Where the first window begins, and how many there are. */
  "top", "left", "rows", "columns",
  /** Address of the input. */
  "input",
  /** Output planes of a group. */
  "outputs",
  "tilesDown", "tilesAcross",
  /** Units of work: rows of tiles of some images. How many a group has in all, and from top to bottom. */
  "chunkImages", "unitRows", "unitsDown", "units",
  /** Bytes of the columns of one remainder in the input's scratch plane; see `defineCutPhases`. */
  "phaseBytes",
  /** Bytes from line to line of the transformed input. */
  "pitch",
  /** Where the parts of a thread's workspace begin, in bytes from its start; the scratch plane is the first. */
  "linesOffset", "sumsOffset",
] as const; // prettier-ignore

export type TileLocals = Readonly<Record<(typeof tileFields)[number], Local<"i32">>>;
