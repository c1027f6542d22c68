/** A worker thread that ends in the middle of its first part: it has drawn it, and will not do it. */
import { control } from "../src/threads/control.js";

const add = Atomics.add;
/** @type {(words: Int32Array, at: number, value: number) => number} */
Atomics.add = (words, at, value) => {
  const before = add(words, at, value);
  const isPart = at === control.ticket && (before & 0xffff) < (Atomics.load(words, control.size) & 0xffff);
  if (isPart) process.exit(3);
  return before;
};

await import("../src/threads/worker.js");
