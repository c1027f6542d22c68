import { manualSeed, reference, setBackend, zeros } from "@minima/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { buildNetwork } from "../src/model.ts";
import { parseOptions } from "../src/options.ts";

beforeAll(() => {
  setBackend(reference());
  manualSeed(1);
});

function network(line: string, imageShape: readonly number[]) {
  const options = parseOptions(line.split(" "));
  if ("print" in options) throw new Error(options.print);
  return buildNetwork(options, imageShape, 10);
}

describe("buildNetwork", () => {
  it.each([
    ["--model softmax", "softmax, 7850 parameters"],
    ["--model mlp", "mlp 784-512-256-10, relu, 535818 parameters"],
    ["--model mlp --hidden 20 --activation tanh --dropout 0.1", "mlp 784-20-10, tanh, dropout 0.1, 15910 parameters"],
    ["--model cnn", "cnn of 32 and 64 channels, then 3136-128-10, relu, dropout 0.5, 422154 parameters"],
    ["--model cnn --dropout 0 --hidden 9,8", "cnn of 32 and 64 channels, then 3136-9-8-10, relu, 47731 parameters"],
  ])("builds %s", (line, description) => {
    const { module, size, description: text } = network(line, [1, 28, 28]);
    expect(text).toBe(description);
    expect(text).toContain(` ${size} parameters`);
    expect(module.forward(zeros([2, 1, 28, 28])).shape).toEqual([2, 10]);
  });

  it("takes images of other sizes", async () => {
    const { module } = network("--model cnn", [3, 9, 6]);
    const output = module.eval().forward(zeros([2, 3, 9, 6]));
    expect(output.shape).toEqual([2, 10]);
    expect(await output.data()).toHaveLength(20);
  });
});
