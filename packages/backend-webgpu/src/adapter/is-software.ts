/** Whether an adapter computes on the CPU: by what it says of itself, since the flag of the standard is not everywhere. */
export function isSoftware(info: GPUAdapterInfo): boolean {
  if ("isFallbackAdapter" in info && info.isFallbackAdapter === true) return true;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.device} ${info.description}`);
}
