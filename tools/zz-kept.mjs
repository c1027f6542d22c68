import { cpu } from "@minima/backend-cpu";
import { Linear, ReLU, Sequential } from "@minima/layers";
import { setBackend, tensor, noGrad, executorOf, getBackend } from "@minima/tensor";
setBackend(cpu({ threads: 1 }));
const model = new Sequential(new Linear(500, 64), new ReLU(), new Linear(64, 10));
const kept = [];
const t = performance.now();
for (let i = 0; i < 10000; i++) { const x = tensor(new Float32Array(50000).fill(i % 7), { shape: [100, 500] }); kept.push(process.argv[2] === "grad" ? model.forward(x) : noGrad(() => model.forward(x))); if (process.argv[3] === "await" && i % 100 === 0) await new Promise((r) => setTimeout(r)); }
console.log((performance.now() - t).toFixed(0), "ms", process.memoryUsage.rss() / 1e6, process.resourceUsage().maxRSS / 1e3, executorOf(getBackend()).submits, executorOf(getBackend()).plans.misses);
const w = tensor(new Float32Array(384 * 384), { shape: [384, 384] });
const t1 = performance.now();
for (let i = 0; i < 9000; i++) w.mul(i).add(1);
console.log("products", (performance.now() - t1).toFixed(0), "ms", process.memoryUsage.rss() / 1e6);
