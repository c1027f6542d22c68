import type { Row } from "../operation.ts";
import { optioned, takes } from "../operation.ts";

const sliding = ["stride", "padding", "dilation"];

/** Images in other sizes, at other places, and in windows. */
export const resampling: readonly Row[] = [
  optioned("interpolate", "size", "scale_factor", "mode", "align_corners", "antialias"),
  [
    "grid_sample",
    (api, inputs, config) =>
      api.tensor("gridSample", ...takes(inputs, 2), config.options(["mode", "padding_mode", "align_corners"])),
  ],
  [
    "affine_grid",
    (api, inputs, config) =>
      api.tensor("affineGrid", takes(inputs, 1)[0], config.integers("size"), config.options(["align_corners"])),
  ],
  [
    "unfold",
    (api, inputs, config) =>
      api.tensor("unfold2d", takes(inputs, 1)[0], config.integerOrIntegers("kernel_size"), config.options(sliding)),
  ],
  [
    "fold",
    (api, inputs, config) => {
      const [size, kernel] = [config.integerOrIntegers("output_size"), config.integerOrIntegers("kernel_size")];
      return api.tensor("fold2d", takes(inputs, 1)[0], size, kernel, config.options(sliding));
    },
  ],
];
