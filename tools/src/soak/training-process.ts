/** One mode in a process of its own, its samples as JSON lines: `node training-process.js MODE STEPS BACKEND`. */
import { readChoice, readCount } from "../command/arguments.ts";
import { backendNames, createBackend } from "../command/backend.ts";
import { collectGarbage } from "../testkit/collect-garbage.ts";
import { modes } from "./modes.ts";
import type { Sample } from "./sample.ts";
import { train } from "./train.ts";

const [mode = "", steps = "", backend = ""] = process.argv.slice(2);
const device = await createBackend(readChoice("backend", backend, backendNames));
const report = (sample: Sample): void => console.log(JSON.stringify(sample));
await train(readChoice("mode", mode, modes), readCount("steps", steps), device, report, collectGarbage);
await device.idle(); // a process must not end while a GPU works for it
