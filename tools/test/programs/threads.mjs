/** Prints whether threads are right: `node threads.mjs`, or `node threads.mjs worker` in a thread of the program's own. */
import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { isRight } from "./work.mjs";

if (!isMainThread) {
  parentPort?.postMessage(await isRight());
} else if (process.argv[2] === "worker") {
  const worker = new Worker(new URL(import.meta.url));
  worker.on("message", (right) => console.log(right));
  worker.on("exit", (code) => console.log(`exit ${code}`));
} else {
  console.log(await isRight());
}
