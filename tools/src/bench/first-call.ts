/** The first call of a compiled training step, in a process of its own: `node first-call.js MODEL BACKEND THREADS`. */
import { setBackend } from "@minima/tensor";
import { readChoice, readCount } from "../command/arguments.ts";
import { backendNames, createBackend } from "../command/backend.ts";
import { compiledStep } from "./cases/first-training.ts";
import { type FirstCall, warmups } from "./cases/warmup.ts";

/** Calls after the first, of which the last is measured: two are recorded again and compared. */
const laterCalls = 4;

const [model, backend = "cpu", threads = "1"] = process.argv.slice(2);
const make = warmups[readChoice("model", model, Object.keys(warmups) as (keyof typeof warmups)[])];
const device = await createBackend(readChoice("backend", backend, backendNames), readCount("threads", threads));
setBackend(device);

const first = cpuTime();
const step = compiledStep(make());
const loss = await step();
const first_ms = cpuTime() - first;
if (!Number.isFinite(loss)) throw new Error(`the first loss of ${model} is ${loss}`);
let step_ms = NaN;
for (let i = 0; i < laterCalls; i++) {
  const start = cpuTime();
  await step();
  step_ms = cpuTime() - start;
}
process.stdout.write(`${JSON.stringify({ first_ms, step_ms } satisfies FirstCall)}\n`);
await device.idle(); // a process must not end while a GPU works for it

/** CPU time of the process so far, of all of its threads, in milliseconds. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
