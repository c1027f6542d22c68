/** Works for a while with the threads of the default or three, and prints a number of the result. */
import { cpu } from "@minima/backend-cpu";
import { product } from "./work.mjs";

const backend = cpu({ threads: 3 });
const since = performance.now();
let last = 0;
while (performance.now() - since < 500) {
  last = (await product(backend))[1];
  await new Promise((resolve) => setTimeout(resolve, 5));
}
console.log(last.toFixed(3), backend.startedThreads);
