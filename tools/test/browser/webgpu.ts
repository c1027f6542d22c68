import { type Smoke, smokeOnWebGpu } from "./webgpu-smoke.ts";

type Message = { readonly result: Smoke } | { readonly error: string };

/** What the test calls. */
const smoke = {
  page: smokeOnWebGpu,
  worker(): Promise<Smoke> {
    const worker = new Worker(new URL("./webgpu-worker.ts", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Message>) => {
        if ("result" in data) resolve(data.result);
        else reject(new Error(data.error));
      };
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  },
};

Object.assign(globalThis, { smoke });
