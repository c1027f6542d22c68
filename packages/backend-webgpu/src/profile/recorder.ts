import { type ProgramMemory, encode, encodeTimed } from "../program/encode.ts";
import type { Dispatch } from "../program/dispatch.ts";
import type { WebGpuProgram } from "../program/program.ts";
import { PassTimer } from "./pass-timer.ts";
import type { KernelProfile } from "./profile.ts";
import { touchedBytes } from "./touched-bytes.ts";

type Entry = { -readonly [K in keyof KernelProfile]: KernelProfile[K] };

/** Counts what programs do, kernel by kernel, while work is profiled. */
export class Recorder {
  readonly #timed: boolean;
  readonly #kernels = new Map<string, Entry>();
  readonly #timings: Promise<void>[] = [];

  /** @param timed - Whether the device can tell the time (`timestamp-query`). */
  constructor(timed: boolean) {
    this.#timed = timed;
  }

  /** Submits a program that is counted. */
  run(device: GPUDevice, program: WebGpuProgram, memory: ProgramMemory, slotBytes: readonly number[]): void {
    const { dispatches } = program;
    const entries = dispatches.map((dispatch) => this.#count(dispatch, boundBytes(dispatch, program, slotBytes)));
    if (!this.#timed) {
      device.queue.submit([encode(device, dispatches, memory)]);
      return;
    }
    const timer = new PassTimer(device, dispatches.length);
    device.queue.submit([encodeTimed(device, dispatches, memory, timer)]);
    this.#timings.push(addTimes(timer, entries));
  }

  /** What has been counted, by GPU time or bytes, the most first; when all times are known. */
  async finish(): Promise<KernelProfile[]> {
    await Promise.all(this.#timings);
    const cost = ({ gpuMs, bytes }: KernelProfile): number => gpuMs ?? bytes;
    return [...this.#kernels.values()].toSorted((a, b) => cost(b) - cost(a));
  }

  #count({ kernel: { label } }: Dispatch, bytes: number): Entry {
    let entry = this.#kernels.get(label);
    if (entry === undefined) this.#kernels.set(label, (entry = { label, dispatches: 0, bytes: 0 }));
    entry.dispatches++;
    entry.bytes += bytes;
    return entry;
  }
}

async function addTimes(timer: PassTimer, entries: readonly Entry[]): Promise<void> {
  const times = await timer.read();
  if (times === null) return;
  for (const [i, entry] of entries.entries()) entry.gpuMs = (entry.gpuMs ?? 0) + times[i];
}

/** Bytes of what a dispatch is bound to, each operand once. */
function boundBytes(
  { step, kernel, firstScratch }: Dispatch,
  program: WebGpuProgram,
  slots: readonly number[],
): number {
  const touched = touchedBytes(step);
  let bytes = 0;
  for (const { memory } of kernel.operands) {
    bytes +=
      "slot" in memory
        ? Math.min(slots[memory.slot], touched?.get(memory.slot) ?? Infinity)
        : program.scratch[firstScratch + memory.scratch];
  }
  return bytes;
}
