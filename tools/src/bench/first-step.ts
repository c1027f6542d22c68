/** The MLP's first training step, in a process of its own: `node first-step.js BACKEND THREADS`. */
import { setBackend } from "@minima/tensor";
import { backendNames, createBackend } from "../command/backend.ts";
import { readChoice } from "../command/arguments.ts";
import { peakRssBytes } from "../command/peak-rss.ts";
import { mlpTraining } from "./cases/mlp.ts";

const [backend = "cpu", threads = "1"] = process.argv.slice(2);
setBackend(await createBackend(readChoice("backend", backend, backendNames), Number(threads)));
await mlpTraining().run();
const figures = { step_done_ms: performance.now(), peak_rss_mb: Math.round(peakRssBytes() / 2 ** 20) };
process.stdout.write(`${JSON.stringify(figures)}\n`);
