import { cpu } from "@minima/backend-cpu";
import type { Backend } from "@minima/tensor";
import type { Subject } from "./random-programs.ts";

/**
 * The CPU beside itself with a profile that has other kernels fused: none of more than so many buffers, and none into
 * anchors. What is fused must not be seen in a single bit.
 */
export function fusedOtherwise(maxSlotsPerStep: number): Subject {
  const [device, other] = [cpu({ threads: 1 }), cpu({ threads: 1 })];
  const twin: Backend = { ...other, profile: { maxSlotsPerStep, synchronous: true } };
  return { device, twin, isTwinAsked: "always" };
}
