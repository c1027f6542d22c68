// What a page needs that trains a network of linear layers with them.
import "@minima/autograd";
export { cpu } from "@minima/backend-cpu/core";
export { Variable, compile, manualSeed, noGrad, random, setBackend, tensor } from "@minima/tensor";
