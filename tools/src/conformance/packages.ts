import * as autograd from "@minima/autograd";
import * as data from "@minima/data";
import * as layers from "@minima/layers";
import * as optim from "@minima/optim";
import * as tensor from "@minima/tensor";
import type { Exports, Packages } from "./api.ts";

/** Our packages; autograd also brings `backward` by being loaded. */
export const packages: Packages = new Map<string, Exports>([
  ["@minima/tensor", tensor],
  ["@minima/autograd", autograd],
  ["@minima/layers", layers],
  ["@minima/optim", optim],
  ["@minima/data", data],
]);
