import { testOnWebGpu } from "./random-programs-webgpu.ts";

await testOnWebGpu(600_000, 1200);
