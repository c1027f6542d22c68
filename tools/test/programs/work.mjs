/** Work to share, for programs that are started by tests. */
import { cpu } from "@minima/backend-cpu";
import { matmul, setBackend, tensor } from "@minima/tensor";

/** @param {ReturnType<typeof cpu>} backend */
export async function product(backend) {
  setBackend(backend);
  const values = Float32Array.from({ length: 300 * 300 }, (_, i) => Math.sin(i));
  const matrix = tensor(values, { shape: [300, 300] });
  return matmul(matrix, matrix).data();
}

/**
 * Works until all threads are up.
 *
 * @param {ReturnType<typeof cpu>} backend
 */
export async function startThreads(backend) {
  const since = performance.now();
  while (backend.startedThreads < backend.threads) {
    if (performance.now() - since > 20_000) throw new Error(`only ${backend.startedThreads} threads are up`);
    await product(backend);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether threads, once they are up, give the bits of one. */
export async function isRight() {
  const backend = cpu({ threads: 3 });
  await startThreads(backend);
  const want = await product(cpu({ threads: 1 }));
  for (let i = 0; i < 20; i++) {
    const got = await product(backend);
    if (!got.every((value, at) => Object.is(value, want[at]))) return false;
  }
  return backend.startedThreads === 3;
}
