import { MinimaError, ValueError } from "@minima/tensor";
import { mostThreads } from "./control.js";
import { sayOnce } from "./say-once.ts";

/** On machines with up to so many processors, all of them work. */
const allProcessors = 8;
/** More threads than this gain little on kernels of this size, and each takes some 10 MB. */
const mostByDefault = 16;

const isolation = "the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";

interface Host {
  readonly process?: {
    getBuiltinModule?: (name: "node:os") => { availableParallelism?: () => number } | undefined;
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
}

/** How many threads share the work; says so if there are fewer than this machine has to offer. */
export function chooseThreads(threads: number | undefined, hasSharedMemory: boolean): number {
  if (threads === undefined) {
    const wanted = defaultThreads(processorCount());
    if (wanted === 1 || hasSharedMemory) return wanted;
    sayOnce(
      `cpu: one thread does the work, as this page has no shared memory; served with ${isolation} it has, and ${wanted} ` +
        "threads share the work. cpu({ threads: 1 }) asks for one",
    );
    return 1;
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new ValueError(`cpu: threads ${threads} must be an integer from 1 to ${mostThreads}`);
  }
  if (threads > 1 && !hasSharedMemory) {
    throw new MinimaError(
      `cpu: ${threads} threads need shared memory, which this page does not have; serve it with ${isolation}, or use ` +
        "one thread",
    );
  }
  return threads;
}

/**
 * How many threads work where nobody has said: one for each processor up to 8; beyond that for half of them, but 8 at
 * least, because in machines of that size two share the vector units of one core, or many are slow; 16 at most.
 */
export function defaultThreads(processors: number): number {
  return Math.max(1, Math.min(processors, Math.max(allProcessors, Math.floor(processors / 2)), mostByDefault));
}

/** How many logical processors this process may use; 1 where nobody says. */
function processorCount(): number {
  const { process, navigator } = globalThis as Host;
  return process?.getBuiltinModule?.("node:os")?.availableParallelism?.() ?? navigator?.hardwareConcurrency ?? 1;
}
