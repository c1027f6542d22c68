import * as T from "@minima/tensor";
import { expect, it } from "vitest";
import { expectAsReference } from "./compare.ts";
import { testBackend } from "./device.ts";

it("sums too long for one accumulator keep their accuracy, in whatever parts", async () => {
  const backend = await testBackend();
  // Sums of equal numbers: rounding errors do not cancel. 64 parts of 4688 terms; one accumulator would be off by 2e-5.
  const build = (): T.Tensor => T.matmul(T.full([5, 300_000], 0.3), T.ones([300_000, 6]));
  await expectAsReference(backend, build, { absolute: 0, relative: 1e-5 });
  expect(backend.stats().dispatches).toBeGreaterThan(1);
  await backend.idle();
  backend.dispose();
});
