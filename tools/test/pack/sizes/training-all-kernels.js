// What a page needs that trains any network with them.
import "@minima/autograd";
export { cpu } from "@minima/backend-cpu";
export { Variable, compile, manualSeed, noGrad, random, setBackend, tensor } from "@minima/tensor";
