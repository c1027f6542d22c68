const rounds = 13;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const parity = 0x1bd11bda;

/**
 * First word of Threefry-2x32 with 13 rounds. Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011.
 */
export const randomness = {
  threefry: {
    needs: [],
    source: `fn threefry(key0: u32, key1: u32, low: u32, high: u32) -> u32 {
  let key2 = ${parity}u ^ key0 ^ key1;
  var x0 = low + key0;
  var x1 = high + key1;
${Array.from({ length: rounds }, (_, round) => writeRound(round)).join("\n")}
  return x0;
}`,
  },
} as const;

function writeRound(round: number): string {
  const bits = rotations[round % rotations.length];
  const mix = `  x0 += x1; x1 = ((x1 << ${bits}u) | (x1 >> ${32 - bits}u)) ^ x0;`;
  if (round % 4 !== 3) return mix;
  const injection = (round + 1) / 4;
  return `${mix}\n  x0 += key${injection % 3}; x1 += key${(injection + 1) % 3} + ${injection}u;`;
}
