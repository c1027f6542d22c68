import { setBackend, zeros, run, ones, getBackend } from "@minima/tensor";
import { cpu } from "@minima/backend-cpu";
import { compiledStep } from "./dist/bench/cases/first-training.js";
import { warmups } from "./dist/bench/cases/warmup.js";
const d = cpu({ threads: 1 }); setBackend(d);
const c = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
if (process.argv[3] === "touch") { let t = ones([150e6 ]).add(1); await run(t); t.dispose?.(); t = null; await new Promise(r=>setTimeout(r)); 
 const { setFlagsFromString } = await import("node:v8"); const vm = await import("node:vm"); setFlagsFromString("--expose-gc"); vm.runInNewContext("gc")(); await new Promise(r=>setTimeout(r,50)); console.log(d.stats()); }
const a = c();
const m = warmups[process.argv[2]]();
const step = compiledStep(m);
const b = c();
await step();
const e = c();
let l; for (let i = 0; i < 4; i++) { const s = c(); await step(); l = c() - s; }
console.log(process.argv[2], "make", (b - a).toFixed(0), "call", (e - b).toFixed(0), "later", l.toFixed(0), d.stats());
