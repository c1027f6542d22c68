/** Whether this is Node (or something that takes Node's native packages). */
export function isNode(): boolean {
  return typeof globalThis.process?.versions?.node === "string";
}

/** What to do on this platform when there is no adapter. */
export function howToGetOne(): string {
  if (isNode()) {
    const software =
      "Where there is no GPU (tests, CI), a software adapter from npm: " +
      'import { softwareGpu } from "@minima/backend-webgpu/software", then webgpu({ gpu: await softwareGpu() }).';
    return `${nodeAdvice(process.platform)} ${software}`;
  }
  if (globalThis.isSecureContext === false) {
    return "WebGPU exists in secure contexts only: serve the page over https, or from http://localhost.";
  }
  return (
    "Chrome and Edge have WebGPU from 113 on (Linux: from 144, before with --enable-unsafe-webgpu), Safari from 26, " +
    "Firefox from 141 on Windows and 145 on macOS; chrome://gpu says why a GPU is not used."
  );
}

function nodeAdvice(platform: string): string {
  switch (platform) {
    case "linux":
      return "On Linux it needs a Vulkan loader (libvulkan.so.1) and a driver of Vulkan 1.1 or later; vulkaninfo lists them.";
    case "darwin":
      return "On macOS it needs Metal: macOS 11 or later, outside of a virtual machine without a GPU.";
    case "win32":
      return "On Windows it needs a Direct3D 12 driver; dxdiag lists it.";
    default:
      return `The npm package webgpu has no build for ${platform}.`;
  }
}
