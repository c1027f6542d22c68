import { testOnWebGpu } from "./random-programs-webgpu.ts";

await testOnWebGpu(500_000, 240);
