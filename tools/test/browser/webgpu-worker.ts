import { smokeOnWebGpu } from "./webgpu-smoke.ts";

// An error in a promise does not reach the page by itself.
smokeOnWebGpu().then(
  (result) => postMessage({ result }),
  (error: unknown) => postMessage({ error: String(error) }),
);
