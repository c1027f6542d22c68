import * as T from "@minima/tensor";
import { DTypeError, setBackend, tensor } from "@minima/tensor";
import { expect, it } from "vitest";
import { testBackend } from "./device.ts";

it("a device without shader-f16 refuses float16 at the operation that would give it", async () => {
  const backend = await testBackend({ features: [] });
  setBackend(backend);
  expect(backend.profile.float16).toBe(false);
  expect(() => tensor([1], { dtype: "float16" })).toThrow(DTypeError);
  expect(() => tensor([1], { dtype: "float16" })).toThrow(
    'tensor: webgpu has no float16 here; use float32 (.cast("float32")), or WebGPU on a device with "shader-f16"',
  );
  expect(() => tensor([1]).cast("float16")).toThrow("cast: webgpu has no float16 here");
  await expect(T.add(T.zeros([2], { dtype: "float16" }), 1).data()).rejects.toThrow("webgpu has no float16 here");
  expect(await T.add(tensor([1]), 1).item()).toBe(2);
  await backend.idle();
  backend.dispose();
});
