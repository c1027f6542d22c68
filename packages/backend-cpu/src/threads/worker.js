// @ts-check
/**
 * The entry of a worker thread, in Node and in browsers. It shares the WebAssembly memory with the main thread, waits
 * for jobs, and runs the parts it draws. Plain JavaScript, because Node 20 cannot start a thread from TypeScript.
 */
import { control, controlWords, record, thread } from "./control.js";

/** How long a thread looks for the next job before it parks: longer than most pauses between the jobs of a program. */
const spinMs = 0.1;
/** How many looks at the job's number between looks at the clock, which take longer. */
const looks = 64;
/** Most kernels that a thread keeps; those that are needed again are loaded again. */
const mostKernels = 4096;

/**
 * @typedef {object} Start
 * @property {WebAssembly.Memory} memory
 * @property {number} address Of the control block.
 * @property {number} index Of the thread; the main thread's is 0.
 */

/** @param {Start} start */
function work({ memory, address, index }) {
  const words = new Int32Array(memory.buffer, address, controlWords);
  const own = control.threads + index * thread.words;
  /** @type {Map<number, Function>} */
  const kernels = new Map();
  /** Rows of arguments by their length. @type {number[][]} */
  const rows = [];

  /** @param {number} module Address of the module's record. */
  const load = (module) => {
    const head = new Int32Array(memory.buffer, module, record.words);
    const start = module + 4 * record.words;
    const moduleBytes = head[record.moduleBytes];
    // A module cannot be made from shared bytes: copy them.
    const bytes = new Uint8Array(memory.buffer, start, moduleBytes).slice();
    const text = String.fromCharCode(...new Uint8Array(memory.buffer, start + moduleBytes, head[record.textBytes]));
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    if (kernels.size > mostKernels) kernels.clear();
    for (const [i, name] of text.split("\n").entries()) {
      kernels.set(head[record.firstKernel] + i, /** @type {Function} */ (exports[name]));
    }
  };

  /** The kernel of the present job. */
  const kernelOfJob = () => {
    const id = words[control.kernel];
    if (!kernels.has(id)) load(words[control.module] >>> 0);
    return /** @type {Function} */ (kernels.get(id));
  };

  /** Loads the kernel of the job before a part is drawn, which somebody else runs meanwhile. */
  const prepare = () => {
    const size = Atomics.load(words, control.size);
    if ((size & 0xffff) === 0) return false;
    const [id, module] = [words[control.kernel], words[control.module] >>> 0];
    if (Atomics.load(words, control.size) !== size) return true; // the next job's, or neither's
    try {
      if (!kernels.has(id)) load(module);
    } catch {
      // Whoever draws a part reports it.
    }
    return true;
  };

  /** Runs parts until none is left. */
  const help = () => {
    if (!prepare()) return;
    for (;;) {
      const ticket = Atomics.add(words, control.ticket, 1);
      const size = Atomics.load(words, control.size);
      const part = ticket & 0xffff;
      if (ticket >>> 16 !== size >>> 16 || part >= (size & 0xffff)) return;
      try {
        const count = words[control.argumentCount];
        const row = (rows[count] ??= new Array(count).fill(0));
        const first = control.arguments + part * count;
        for (let i = 0; i < count; i++) row[i] = words[first + i];
        kernelOfJob()(...row, index);
      } catch (error) {
        report(words, String(error));
      }
      Atomics.add(words, control.done, 1);
      if (Atomics.load(words, control.joining) !== 0) Atomics.notify(words, control.done);
    }
  };

  /** Waits for another job than `seen`. */
  const waitForJob = (/** @type {number} */ seen) => {
    const parkAt = performance.now() + spinMs;
    do {
      for (let left = looks; left > 0; left--) if (Atomics.load(words, control.job) !== seen) return;
    } while (performance.now() < parkAt);
    Atomics.add(words, control.parked, 1);
    while (Atomics.load(words, control.job) === seen) Atomics.wait(words, control.job, seen);
    Atomics.sub(words, control.parked, 1);
  };

  let seen = 0;
  Atomics.store(words, own + thread.up, 1);
  for (;;) {
    waitForJob(seen);
    seen = Atomics.load(words, control.job);
    if (Atomics.load(words, control.stop) !== 0) return;
    Atomics.store(words, own + thread.busy, 1);
    help();
    Atomics.store(words, own + thread.busy, 0);
  }
}

/**
 * Leaves the message of an error for the main thread.
 *
 * @param {Int32Array} words
 * @param {string} message
 */
function report(words, message) {
  const length = Math.min(message.length, controlWords - control.message);
  for (let i = 0; i < length; i++) words[control.message + i] = message.charCodeAt(i);
  Atomics.store(words, control.failed, length);
}

// Bundlers wrap workers in ways that allow no `await` at the top, and cannot resolve Node's modules.
const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
if (threads?.workerData) work(threads.workerData);
else addEventListener("message", ({ data }) => work(data), { once: true });
