import { setDifferentiator } from "@minima/tensor";
import { backward } from "./backward.ts";

setDifferentiator((root, gradient) => backward(root, gradient));
