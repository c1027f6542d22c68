import { type Tensor, tensor } from "@minima/tensor";
import { errorInUlp } from "./ulp.ts";

/** A function of one float32 to be judged. */
export interface Judged {
  readonly op: (x: Tensor) => Tensor;
  /** The same in float64. */
  readonly exact: (x: number) => number;
  /** The numbers that are judged; default all. */
  readonly holds?: ((x: number) => boolean) | undefined;
  /** The number whose unit in the last place errors are counted in; default the exact value. */
  readonly at?: ((x: number, exact: number) => number) | undefined;
}

/** The largest error that was found, in ulp, and where. */
export interface Worst {
  readonly error: number;
  readonly x: number;
  readonly actual: number;
  readonly exact: number;
}

const chunk = 2 ** 20;

/** Judges a function on all given numbers, which come in chunks; chunks of one size run through one compiled kernel. */
export async function sweep(
  { op, exact, holds, at }: Judged,
  chunks: Iterable<Float32Array<ArrayBuffer>>,
): Promise<Worst> {
  let worst: Worst = { error: 0, x: NaN, actual: NaN, exact: NaN };
  for (const inputs of chunks) {
    const outputs = await op(tensor(inputs, { shape: [inputs.length] })).data();
    for (let i = 0; i < inputs.length; i++) {
      const x = inputs[i];
      if (holds !== undefined && !holds(x)) continue;
      const wanted = exact(x);
      // An ulp is at least 2^-24 of its number: most are dealt with here.
      if (at === undefined && Math.abs(outputs[i] - wanted) <= worst.error * 2 ** -24 * Math.abs(wanted)) continue;
      const error = errorInUlp(outputs[i], wanted, at === undefined ? wanted : at(x, wanted));
      if (!(error <= worst.error)) worst = { error, x, actual: outputs[i], exact: wanted };
    }
  }
  return worst;
}

/** Every float32 from `from` to `to`, two numbers of one sign, or every so many of them. */
export function* between(from: number, to: number, step = 1): Generator<Float32Array<ArrayBuffer>> {
  const [first, last] = new Uint32Array(Float32Array.of(from, to).buffer);
  for (let begin = Math.min(first, last); begin <= Math.max(first, last); begin += chunk * step) {
    const count = Math.min(chunk, Math.floor((Math.max(first, last) - begin) / step) + 1);
    const bits = new Uint32Array(count);
    for (let i = 0; i < count; i++) bits[i] = begin + i * step;
    yield new Float32Array(bits.buffer);
  }
}

/** Floats of all magnitudes and both signs, infinities and NaN among them: one at random of every so many bit patterns. */
export function* everywhere(step: number, seed = 1): Generator<Float32Array<ArrayBuffer>> {
  let state = seed;
  for (let begin = 0; begin < 2 ** 32; begin += chunk * step) {
    const bits = Uint32Array.from({ length: Math.min(chunk, Math.ceil((2 ** 32 - begin) / step)) }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return begin + i * step + ((state >>> 8) % step);
    });
    yield new Float32Array(bits.buffer);
  }
}
