import { trainWithThreads } from "./training.js";

Object.assign(globalThis, { trainWithThreads });
