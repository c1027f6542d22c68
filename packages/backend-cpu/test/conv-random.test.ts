import { describe, it } from "vitest";
import { variants } from "./anchor-runner.ts";
import { checkConv, isValid, modes, type ConvCase } from "./conv-case.ts";
import { seeded } from "./seeded.ts";

const rounds = 150;
const tiledRounds = 8;

/** A convolution of random shape with at least one window. */
function randomCase(random: () => number): ConvCase {
  for (;;) {
    const upTo = (most: number) => 1 + Math.floor(random() * most);
    const axes = random() < 0.2 ? 1 : 2;
    const each = (value: () => number) => Array.from({ length: axes }, value);
    const groups = random() < 0.4 ? upTo(4) : 1;
    const test = {
      x: [upTo(4), groups * upTo(random() < 0.3 ? 24 : 4), ...each(() => upTo(random() < 0.1 ? 70 : 14))],
      filter: [groups * upTo(random() < 0.3 ? 24 : 4), ...each(() => upTo(5))],
      stride: each(() => (random() < 0.6 ? 1 : upTo(4))),
      dilation: each(() => (random() < 0.7 ? 1 : upTo(3))),
      padBefore: each(() => Math.floor(random() * 4)),
      padAfter: each(() => Math.floor(random() * 4)),
      groups,
    };
    if (isValid(test)) return test;
  }
}

/** One that is computed by tiles in all modes. */
function randomTiledCase(random: () => number): ConvCase {
  const from = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const groups = random() < 0.3 ? 2 : 1;
  const taps = random() < 0.5 ? 3 : 5;
  const side = () => from(Math.max(8, taps), 22);
  return {
    x: [from(1, 5), groups * 4 * from(4, 9), side(), side()],
    filter: [groups * 4 * from(4, 9), taps, taps],
    padBefore: [from(0, taps - 1), from(0, taps - 1)],
    padAfter: [from(0, taps - 1), from(0, taps - 1)],
    groups,
    tiled: true,
  };
}

describe.each(variants)("conv, relaxed $relaxed, wide $wide, shared $shared", (variant) => {
  it(`matches the reference for ${rounds} random shapes`, () => {
    const random = seeded(2024);
    for (let round = 0; round < rounds; round++) {
      const test = randomCase(random);
      for (const mode of modes) checkConv(variant, test, mode, round);
    }
  });

  it(`matches the reference for ${tiledRounds} random shapes by tiles`, () => {
    const random = seeded(25);
    for (let round = 0; round < tiledRounds; round++) {
      const test = randomTiledCase(random);
      for (const mode of modes) checkConv(variant, test, mode, round);
    }
  }, 120_000);
});
