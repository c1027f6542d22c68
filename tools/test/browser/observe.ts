import { type CpuOptions, cpu } from "@minima/backend-cpu";
import { type Device, matmul, setBackend, tensor } from "@minima/tensor";

export interface Observation {
  readonly threads: number;
  readonly startedThreads: number;
  /** Whether the bits are those of one thread. */
  readonly isRight: boolean;
}

async function product(device: Device): Promise<Float32Array> {
  setBackend(device);
  const values = Float32Array.from({ length: 300 * 300 }, (_, i) => Math.sin(i));
  const matrix = tensor(values, { shape: [300, 300] });
  return (await matmul(matrix, matrix).data()) as Float32Array;
}

/** Works until all threads are up, for some seconds at most, and looks at what they give. */
export async function observe(options: CpuOptions, patienceMs: number): Promise<Observation> {
  const backend = cpu(options);
  const since = performance.now();
  while (backend.startedThreads < backend.threads && performance.now() - since < patienceMs) {
    await product(backend);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { threads, startedThreads } = backend;
  const want = await product(cpu({ threads: 1 }));
  let isRight = true;
  for (let i = 0; i < 20; i++) {
    const got = await product(backend);
    isRight &&= got.every((value, at) => Object.is(value, want[at]));
  }
  backend.dispose();
  return { threads, startedThreads, isRight };
}
