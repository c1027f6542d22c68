// @ts-check
/**
 * The entry of a worker thread, in Node and in browsers. It shares the WebAssembly memory with the main thread, waits
 * for jobs, and runs the parts it draws. Plain JavaScript, because Node 20 cannot start a thread from TypeScript.
 */
import { control, controlWords, record } from "./control.js";

/** How many looks at the job number before a thread parks: some tens of microseconds. */
const spins = 20000;

/**
 * @param {WebAssembly.Memory} memory
 * @param {number} address Of the control block.
 * @param {number} index Of the thread; the main thread's is 0.
 */
function work(memory, address, index) {
  const words = new Int32Array(memory.buffer, address);
  /** @type {Function[]} */
  const kernels = [];
  let lastRecord = 0;
  let lastModule = 0;
  /** @type {WebAssembly.Exports} */
  let exports = {};

  /** Compiles the kernels that have come since. */
  const load = () => {
    const count = Atomics.load(words, control.kernelCount);
    while (kernels.length < count) {
      const first = Atomics.load(words, control.firstRecord);
      const at = kernels.length === 0 ? first : new Int32Array(memory.buffer, lastRecord, record.words)[record.next];
      lastRecord = at >>> 0;
      const fields = new Int32Array(memory.buffer, lastRecord, record.words);
      // A module cannot be made from shared bytes: copy them. Functions of one module follow one another.
      const module = fields[record.module] >>> 0;
      if (module !== lastModule) {
        const bytes = new Uint8Array(memory.buffer, module, fields[record.moduleBytes]).slice();
        exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports;
        lastModule = module;
      }
      const name = new Uint8Array(memory.buffer, fields[record.name] >>> 0, fields[record.nameBytes]).slice();
      const kernel = exports[new TextDecoder().decode(name)];
      if (typeof kernel !== "function") throw new Error("a module lacks its function");
      kernels.push(kernel);
    }
  };

  /** Runs parts until none is left. */
  const help = () => {
    for (;;) {
      const ticket = Atomics.add(words, control.ticket, 1);
      const size = Atomics.load(words, control.size);
      const part = ticket & 0xffff;
      if (ticket >>> 16 !== size >>> 16 || part >= (size & 0xffff)) return;
      try {
        const kernel = words[control.kernel];
        if (kernel >= kernels.length) load();
        const count = words[control.argumentCount];
        const first = control.arguments + part * count;
        kernels[kernel](...words.subarray(first, first + count), index);
      } catch (error) {
        report(words, String(error));
      }
      Atomics.add(words, control.done, 1);
    }
  };

  let seen = 0;
  Atomics.add(words, control.started, 1);
  for (;;) {
    let left = spins;
    while (Atomics.load(words, control.job) === seen) {
      if (left-- === 0) Atomics.wait(words, control.job, seen);
    }
    seen = Atomics.load(words, control.job);
    if (Atomics.load(words, control.stop) !== 0) return;
    help();
  }
}

/**
 * Leaves the message of an error for the main thread.
 *
 * @param {Int32Array} words
 * @param {string} message
 */
function report(words, message) {
  const text = new TextEncoder().encode(message).subarray(0, controlWords - control.message);
  words.set(text, control.message);
  Atomics.store(words, control.failed, text.length);
}

// Bundlers wrap workers in ways that allow no `await` at the top, and cannot resolve Node's modules.
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (threads?.workerData) start(threads.workerData);
else addEventListener("message", ({ data }) => start(data), { once: true });

/** @param {{ memory: WebAssembly.Memory, address: number, index: number }} data */
function start({ memory, address, index }) {
  work(memory, address, index);
}
