import { f32x4, type Expression, type FunctionBuilder, type Local } from "../../wasm/index.ts";

/**
 * Short correlations with fewer multiplications (Winograd; for networks: Lavin and Gray, "Fast algorithms for convolutional
 * neural networks", 2015). Six inputs d and `taps` weights g give m = 7 - taps sums y[k] = Σ_t d[k + t]·g[t] as
 *
 * `y = Aᵀ ((G g) ⊙ (Bᵀ d))`
 *
 * with six multiplications instead of m·taps. The three matrices evaluate polynomials at 0, 1, -1, 2, -2 and infinity. In two
 * dimensions each is applied to columns and then to rows: 36 multiplications instead of 144 with 3x3 taps, instead of
 * 100 with 5x5.
 */
export const points = 6;

type Vector = Expression<"v128">;
type Vectors = readonly Local<"v128">[];
/** A transform of one dimension. */
export type Transform = (f: FunctionBuilder, values: Vectors) => Vector[];

/** How many sums six inputs give. */
export function sumsOf(taps: number): number {
  return points + 1 - taps;
}

/** `Bᵀ d` */
export function transformInput(f: FunctionBuilder, d: Vectors): Vector[] {
  const [even1, odd1] = [f.let(minus(d[4], scaled(f, 4, d[2]))), f.let(minus(d[3], scaled(f, 4, d[1])))];
  const [even2, odd2] = [f.let(minus(d[4], d[2])), f.let(scaled(f, 2, minus(d[3], d[1])))];
  return [
    f32x4.add(minus(scaled(f, 4, d[0]), scaled(f, 5, d[2])), d[4]),
    f32x4.add(even1, odd1),
    minus(even1, odd1),
    f32x4.add(even2, odd2),
    minus(even2, odd2),
    f32x4.add(minus(scaled(f, 4, d[1]), scaled(f, 5, d[3])), d[5]),
  ];
}

/** `G g` */
export function transformWeights(f: FunctionBuilder, g: Vectors): Vector[] {
  const [even1, odd1] = parts(f, g, 1);
  const [even2, odd2] = parts(f, g, 2);
  return [
    scaled(f, 1 / 4, g[0]),
    scaled(f, -1 / 6, f32x4.add(even1, odd1)),
    scaled(f, -1 / 6, minus(even1, odd1)),
    scaled(f, 1 / 24, f32x4.add(even2, odd2)),
    scaled(f, 1 / 24, minus(even2, odd2)),
    g[g.length - 1],
  ];
}

/** `Aᵀ v`: `count` sums of the products at the six points. */
export function transformProducts(f: FunctionBuilder, v: Vectors, count: number): Vector[] {
  const [even1, odd1] = [f.let(f32x4.add(v[1], v[2])), f.let(minus(v[1], v[2]))];
  const [even2, odd2] = [f.let(f32x4.add(v[3], v[4])), f.let(minus(v[3], v[4]))];
  return Array.from({ length: count }, (_, k) => {
    const [one, two] = k % 2 === 0 ? [even1, even2] : [odd1, odd2];
    let sum = f32x4.add(one, scaled(f, 2 ** k, two));
    if (k === 0) sum = f32x4.add(sum, v[0]);
    if (k === count - 1) sum = f32x4.add(sum, v[5]);
    return sum;
  });
}

/**
 * Applies a transform to the columns and then to the rows of a square: `load(row, column)` gives its elements, and
 * `store(row, column, value)` takes what comes out, row after row.
 */
export function inTwoDimensions(
  f: FunctionBuilder,
  size: number,
  load: (row: number, column: number) => Vector,
  transform: Transform,
  store: (row: number, column: number, value: Vector) => void,
): void {
  const indices = Array.from({ length: size }, (_, i) => i);
  const columns = indices.map((column) => {
    const values = indices.map((row) => f.let(load(row, column)));
    return transform(f, values).map((each) => f.let(each));
  });
  columns[0].forEach((_, row) => {
    const values = transform(
      f,
      columns.map((column) => column[row]),
    );
    values.forEach((value, column) => store(row, column, value));
  });
}

/** The even and the odd terms of the polynomial with coefficients `g` at `point`. */
function parts(f: FunctionBuilder, g: Vectors, point: number): Local<"v128">[] {
  return [0, 1].map((parity) => {
    const terms = g.flatMap((each, k) => (k % 2 === parity ? [scaled(f, point ** k, each)] : []));
    return f.let(terms.reduce((sum, term) => f32x4.add(sum, term)));
  });
}

function scaled(f: FunctionBuilder, factor: number, value: Vector): Vector {
  return factor === 1 ? value : f32x4.mul(value, f.letAtEntry(f32x4.const(factor)));
}

function minus(x: Vector, y: Vector): Vector {
  return f32x4.sub(x, y);
}
