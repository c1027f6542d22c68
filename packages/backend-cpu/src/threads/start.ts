/** What a thread is told at its start. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  /** Of the control block. */
  readonly address: number;
  /** The number of the thread, from 1 on; the main thread's is 0. */
  readonly index: number;
}

export interface Thread {
  terminate(): void;
}

/** The part of Node's module that is used here; reached without an import, which browsers' bundlers could not resolve. */
interface NodeThreads {
  Worker: new (url: URL | string, options: object) => { unref(): void; terminate(): unknown };
}

/**
 * Starts a thread. It begins to help when it is ready, and neither keeps the process alive nor holds anybody up before.
 *
 * @param workerUrl - Where `worker.js` lies, for bundlers that lose it.
 */
export function startThread(start: ThreadStart, workerUrl: URL | string | undefined): Thread {
  const node = (globalThis as { process?: { getBuiltinModule?: (name: string) => NodeThreads | undefined } }).process;
  const threads = node?.getBuiltinModule?.("node:worker_threads");
  if (threads !== undefined) {
    const worker = new threads.Worker(workerUrl ?? new URL("./worker.js", import.meta.url), { workerData: start });
    worker.unref();
    return { terminate: () => void worker.terminate() };
  }
  const worker =
    workerUrl === undefined
      ? new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
      : new Worker(workerUrl, { type: "module" });
  worker.postMessage(start);
  return { terminate: () => worker.terminate() };
}
