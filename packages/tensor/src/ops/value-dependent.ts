import type { Device } from "../backend.ts";
import { refuseInTrace } from "../graph/trace.ts";
import type { Tensor } from "../tensor.ts";

/** Throws inside a compiled function, where the values that the shape of a result depends on are not known. */
export function refuseValueDependent(operation: string): void {
  refuseInTrace(
    `${operation} was called`,
    "the shape of what it gives depends on values: call it outside, and pass what it gives",
  );
}

/** The device that results of the host are to be on: that of the first of the tensors that is bound to one. */
export function deviceOf(...tensors: readonly Tensor[]): Device | undefined {
  return tensors.find(({ node }) => node.device !== null)?.node.device ?? undefined;
}
