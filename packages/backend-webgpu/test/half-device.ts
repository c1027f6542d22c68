import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { type WebGpuBackend, type WebGpuOptions, webgpu } from "../src/index.ts";
import { softwareGpu } from "../src/software/index.ts";
import { hasGpu } from "./device.ts";

/** Where the loader of Vulkan looks for drivers on Linux. */
const folders = ["/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"];

/** The manifest of a software driver with half floats: the one that the environment names, or Mesa's lavapipe. */
function halfDriver(): string | undefined {
  const lavapipes = folders.filter(existsSync).flatMap((folder) => {
    const files = readdirSync(folder).filter((file) => /^lvp_icd.*\.json$/.test(file));
    return files.map((file) => path.join(folder, file));
  });
  return process.env["VK_DRIVER_FILES"] ?? lavapipes[0];
}

/**
 * A backend on an adapter that has half floats: a GPU, or a software driver other than SwiftShader, which has none. Null
 * if there is neither. With the kernels that GPUs get, if the options do not say otherwise.
 *
 * @param options - `features` are those that are turned on; default `shader-f16`.
 */
export async function halfBackend(options: WebGpuOptions = {}): Promise<WebGpuBackend | null> {
  const driver = halfDriver();
  if (!hasGpu && driver === undefined) return null;
  try {
    return await webgpu({
      processor: "gpu",
      features: ["shader-f16"],
      ...(hasGpu ? {} : { gpu: await softwareGpu({ driver }) }),
      ...options,
    });
  } catch (error) {
    process.stderr.write(`${String(error)}\n`);
    return null;
  }
}
