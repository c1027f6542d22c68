const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
const rounds = 13;

/**
 * Threefry-2x32 with 13 rounds (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * the first word for key (key0, key1) and counter (low, high).
 */
export function threefry(key0: number, key1: number, low: number, high: number): number {
  const keys = [key0, key1, (0x1bd11bda ^ key0 ^ key1) >>> 0];
  let x0 = (low + key0) | 0;
  let x1 = (high + key1) | 0;
  for (let round = 0; round < rounds; round++) {
    x0 = (x0 + x1) | 0;
    const by = rotations[round % 8];
    x1 = ((x1 << by) | (x1 >>> (32 - by))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + keys[injection % 3]) | 0;
      x1 = (x1 + keys[(injection + 1) % 3] + injection) | 0;
    }
  }
  return x0 >>> 0;
}
