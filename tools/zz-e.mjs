import { setBackend } from "@minima/tensor";
import { cpu } from "@minima/backend-cpu";
import { eagerSmallMlp, replaySmallMlp } from "./dist/bench/cases/small-mlp.js";
setBackend(cpu({ threads: 1 }));
const w = (process.argv[2] === "replay" ? replaySmallMlp : eagerSmallMlp)();
for (let i = 0; i < 3000; i++) await w.run();
const n = process.argv[2] === "replay" ? 100000 : 20000;
const t = performance.now(); for (let i = 0; i < n; i++) await w.run(); console.log(((performance.now() - t) / n * 1000).toFixed(1), "us");
