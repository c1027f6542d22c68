import { type Observation, observe } from "./observe.ts";
import { trainedBits } from "./trained-bits.ts";

/** What a page can ask for; the test calls these. */
const observations = {
  page: () => observe({}, 20_000),
  worker(): Promise<Observation> {
    const worker = new Worker(new URL("./threads-worker.ts", import.meta.url), { type: "module" });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<Observation>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  },
  trained: () => trainedBits(),
  joined: () => trainedBits(256),
  lost: () => observe({ threads: 2, workerUrl: new URL("nowhere.js", location.href) }, 1000),
};

Object.assign(globalThis, { observations });
