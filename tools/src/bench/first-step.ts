/** The MLP's first training step, in a process of its own: `node first-step.js BACKEND THREADS`. */
import { setBackend } from "@minima/tensor";
import { backendNames, createBackend } from "../command/backend.ts";
import { readChoice, readCount } from "../command/arguments.ts";
import { peakRssBytes } from "../command/peak-rss.ts";
import { mlpTraining } from "./cases/mlp.ts";

const [backend = "cpu", threads] = process.argv.slice(2);
const chosen = threads === undefined ? undefined : readCount("threads", threads);
const device = await createBackend(readChoice("backend", backend, backendNames), chosen);
setBackend(device);
await mlpTraining().run();
const figures = { step_done_ms: performance.now(), peak_rss_mb: Math.round(peakRssBytes() / 2 ** 20) };
process.stdout.write(`${JSON.stringify(figures)}\n`);
await device.idle(); // a process must not end while a GPU works for it
