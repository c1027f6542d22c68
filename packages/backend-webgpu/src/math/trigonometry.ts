import { f32, polynomial } from "./source.ts";

/** Minimax for (sin(√z) / √z - 1) / z on [0, (π/4)²]; relative error of sin 3.8e-9. */
const sineCoefficients = [-0.16666654602504005, 0.008332160295491779, -0.00019515218042465498];
/** Minimax for (cos(√z) - 1 + z/2) / z² on [0, (π/4)²]; relative error of cos 1.2e-10. */
const cosineCoefficients = [0.04166664567016173, -0.0013887315616650025, 2.443308269451157e-5];
/** Minimax for (atan(√z) / √z - 1) / z on [0, 1]; relative error of atan 1.7e-8. */
const atanCoefficients = [
  -0.3333315273621646, 0.19993772839379934, -0.1421105534775814, 0.10666004807945317, -0.0755221464667433,
  0.04321186512565082, -0.01636793069598955, 0.0029206929158623884,
];

/** π/2 in four parts: the first three have 12 bits, so that their products with quarters below 2^12 are exact. */
const halfPi = splitHalfPi();
/** Largest angle that is reduced with them. */
const largestAngle = 4096;

/** The binary digits of 2/π behind the point, in words of 32, after a word of zeros. */
const twoOverPi = [0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab];

export const trigonometry = {
  high_product: {
    needs: [],
    source: `fn high_product(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u);
}`,
  },
  /*
   * Payne and Hanek, "Radian reduction for trigonometric functions", SIGNUM Newsletter 18 (1983): x is an integer
   * m < 2^24 times 2^e. Digits of 2/π that make multiples of 4 do not count; the next 96 are multiplied with m.
   */
  reduce_large_angle: {
    needs: ["high_product"],
    source: `const two_over_pi = array<u32, ${twoOverPi.length}>(${twoOverPi.map((word) => `${word}u`).join(", ")});
fn reduce_large_angle(x: f32, quarter: ptr<function, i32>) -> f32 {
  let bits = bitcast<u32>(x);
  let m = (bits & 0x7fffffu) | 0x800000u;
  let start = (bits >> 23u) - 150u + 30u;
  let word = start >> 5u;
  let shift = start & 31u;
  var digits: array<u32, 3>;
  for (var i = 0u; i < 3u; i++) {
    let next = (two_over_pi[word + i + 1u] >> 1u) >> (31u - shift);
    digits[i] = (two_over_pi[word + i] << shift) | next;
  }
  let carried = m * digits[1];
  let low = carried + high_product(m, digits[2]);
  let carry = select(0u, 1u, low < carried);
  let high = m * digits[0] + high_product(m, digits[1]) + carry;
  let nearest = (high + 0x20000000u) >> 30u;
  *quarter = i32(nearest);
  let above = high - (nearest << 30u);
  let is_negative = (above & 0x80000000u) != 0u;
  let top = select(above, ~above, is_negative);
  let rest = select(low, ~low, is_negative);
  let zeros = countLeadingZeros(top);
  let leading = select((top << zeros) | ((rest >> 1u) >> (31u - zeros)), rest, zeros == 32u);
  let unit = bitcast<f32>((127u - 62u + 32u - zeros) << 23u);
  let angle = (f32(leading) * ${f32(Math.PI / 2 / 2 ** 32)}) * (unit * 4294967296.0f);
  return select(angle, -angle, is_negative);
}`,
  },
  // x >= 0 as quarter · π/2 + what is returned; of the quarter only the low two bits count.
  reduce_angle: {
    needs: ["reduce_large_angle"],
    source: `fn reduce_angle(x: f32, quarter: ptr<function, i32>) -> f32 {
  if (x > ${f32(largestAngle)}) { return reduce_large_angle(x, quarter); }
  let n = round(x * ${f32(2 / Math.PI)});
  *quarter = i32(n);
  return ((x - n * ${f32(halfPi[0])}) - n * ${f32(halfPi[1])}) - n * ${f32(halfPi[2])} - n * ${f32(halfPi[3])};
}`,
  },
  quarter_wave: {
    needs: ["reduce_angle", "not_a_number"],
    source: `fn quarter_wave(x: f32, quarters: i32) -> f32 {
  if ((bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u) { return not_a_number(); }
  var quarter: i32;
  let r = reduce_angle(x, &quarter);
  let z = r * r;
  let sine = ${polynomial(sineCoefficients, "z")} * z * r + r;
  let cosine = ${polynomial(cosineCoefficients, "z")} * z * z + (1.0f - 0.5f * z);
  let n = quarter + quarters;
  let value = select(sine, cosine, (n & 1) != 0);
  return select(value, -value, (n & 2) != 0);
}`,
  },
  sin_f32: {
    needs: ["quarter_wave"],
    source: `fn sin_f32(x: f32) -> f32 {
  return bitcast<f32>(bitcast<u32>(quarter_wave(abs(x), 0)) ^ (bitcast<u32>(x) & 0x80000000u));
}`,
  },
  cos_f32: {
    needs: ["quarter_wave"],
    source: "fn cos_f32(x: f32) -> f32 { return quarter_wave(abs(x), 1); }",
  },
  // A polynomial for |x| <= 1, else π/2 - atan(1 / |x|).
  atan_f32: {
    needs: ["with_sign_of", "is_nan"],
    source: `fn atan_f32(x: f32) -> f32 {
  let a = abs(x);
  let t = select(a, 1.0f / max(a, 1.0f), a > 1.0f);
  let z = t * t;
  let angle = ${polynomial(atanCoefficients, "z")} * z * t + t;
  let complement = (${f32(Math.PI / 2)} - angle) + ${f32(Math.PI / 2 - Math.fround(Math.PI / 2))};
  return select(with_sign_of(x, select(angle, complement, a > 1.0f)), x, is_nan(x));
}`,
  },
} as const;

function splitHalfPi(): number[] {
  const parts: number[] = [];
  let rest = Math.PI / 2;
  for (let bits = 11; bits <= 35; bits += 12) {
    const part = Math.floor(rest * 2 ** bits) / 2 ** bits;
    parts.push(part);
    rest -= part;
  }
  return [...parts, rest];
}
