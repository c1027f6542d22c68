import { MinimaError } from "@minima/tensor";

/** There is no WebGPU here, or none that fits what was asked for; the message says how to get one. */
export class NoAdapterError extends MinimaError {
  override name = "NoAdapterError";
}

/** The device is gone: a driver reset, an unplugged GPU, or `dispose()`. What it held is lost. */
export class DeviceLostError extends MinimaError {
  override name = "DeviceLostError";
}

/** A kernel that the device does not accept: names the step, and the line of WGSL where the compiler gave one. */
export class KernelError extends MinimaError {
  override name = "KernelError";
}
