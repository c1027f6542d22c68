import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Collects what nothing refers to any more, and lets those who wait for that (finalizers) do their part. */
export async function collectGarbage(): Promise<void> {
  await setTimeout(0); // what this turn has looked up by a weak reference lives as long as the turn
  collect();
  await setTimeout(0);
}
