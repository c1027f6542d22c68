/** What a thread is told at its start. */
export interface ThreadStart {
  readonly memory: WebAssembly.Memory;
  /** Of the control block. */
  readonly address: number;
  /** The number of the thread, from 1 on; the main thread's is 0. */
  readonly index: number;
}

export interface Thread {
  /** Whether it is known to be gone, without waiting for events; only Node can tell. */
  hasEnded(): boolean;
  terminate(): void;
}

/** The parts of Node's module that are used here; reached without an import, which browsers' bundlers could not resolve. */
interface NodeThreads {
  Worker: new (url: URL | string, options: object) => NodeWorker;
  MessageChannel: new () => { port1: NodePort; port2: NodePort };
  receiveMessageOnPort: (port: NodePort) => { message: { lifeline: NodePort } } | undefined;
}

interface NodeWorker {
  on(event: "error", listener: (error: unknown) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  unref(): void;
  terminate(): unknown;
}

interface NodePort {
  postMessage(message: object, transfer: readonly NodePort[]): void;
  unref(): void;
}

/**
 * Starts a thread. It begins to help when it is ready, and neither keeps the process alive nor holds anybody up before.
 *
 * @param workerUrl - Where the script lies, for bundlers that lose it.
 * @param onEnd - Called with the reason when the thread has ended, whatever ended it; maybe more than once.
 * @throws whatever the engine throws where no thread can be started
 */
export function startThread(
  start: ThreadStart,
  workerUrl: URL | string | undefined,
  onEnd: (reason: string) => void,
): Thread {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => NodeThreads | undefined } };
  const threads = process?.getBuiltinModule?.("node:worker_threads");
  if (threads !== undefined) return startInNode(threads, start, workerUrl, onEnd);
  const worker =
    workerUrl === undefined
      ? new Worker(new URL("./worker.js", import.meta.url), { type: "module" })
      : new Worker(workerUrl, { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault(); // it is told in other words
    onEnd(event.message || "its script cannot be loaded");
  };
  worker.onmessageerror = () => onEnd("it was not given the memory");
  worker.postMessage(start);
  return { hasEnded: () => false, terminate: () => worker.terminate() };
}

function startInNode(
  { Worker, MessageChannel, receiveMessageOnPort }: NodeThreads,
  start: ThreadStart,
  workerUrl: URL | string | undefined,
  onEnd: (reason: string) => void,
): Thread {
  // The thread holds the other end of this port, so that the port is closed when the thread is gone.
  const lifeline = new MessageChannel();
  const mirror = new MessageChannel();
  for (const port of [lifeline.port1, mirror.port1, mirror.port2]) port.unref();
  const worker = new Worker(locationOf(workerUrl) ?? new URL("./worker.js", import.meta.url), {
    workerData: { ...start, lifeline: lifeline.port2 },
    transferList: [lifeline.port2],
    execArgv: [], // what the program preloads is not for this thread
  });
  worker.on("error", (error) => onEnd(String(error)));
  worker.on("exit", (code) => onEnd(`exit code ${code}`));
  worker.unref();
  let own = lifeline.port1;
  /** A port that is closed cannot be sent: the only thing that Node tells without its event loop. */
  const hasEnded = (): boolean => {
    receiveMessageOnPort(own); // takes note of the other end's closing
    try {
      mirror.port1.postMessage({ lifeline: own }, [own]);
    } catch {
      return true;
    }
    own = receiveMessageOnPort(mirror.port2)?.message.lifeline ?? own;
    return false;
  };
  return { hasEnded, terminate: () => void worker.terminate() };
}

/** Node takes a text for a path; `import.meta.resolve` gives the text of a URL. */
function locationOf(workerUrl: URL | string | undefined): URL | string | undefined {
  return typeof workerUrl === "string" && workerUrl.startsWith("file:") ? new URL(workerUrl) : workerUrl;
}
