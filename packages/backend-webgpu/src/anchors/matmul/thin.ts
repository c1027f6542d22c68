import type { Kernel, KernelLimits } from "../../kernel/kernel.ts";
import { KernelWriter } from "../../kernel/kernel-writer.ts";
import { mostLanes } from "../../kernel/lanes.ts";
import type { Factor } from "../product/factor.ts";
import type { Product } from "../product/product.ts";
import type { MakeStore, ProductCut } from "../product/product-kernels.ts";
import { enoughInvocations, splitsFor } from "../product/tiling.ts";

/** Products with no more rows, or no more columns, are thin: next to nothing of what a tile fetches would be shared. */
export const thinnest = 4;

/** How the lanes of a workgroup lie: along the places of the wide factor and along its terms. */
interface Lanes {
  readonly alongPlaces: number;
  readonly alongTerms: number;
  /** Places and terms that a lane takes at a time: 4 of what is fetched as vec4s. */
  readonly places: number;
  readonly terms: number;
}

interface Thin extends Lanes {
  readonly splits: number;
  readonly termsPerSplit: number;
}

/**
 * A product of few rows or few columns, such as of a matrix and a vector: it takes as long as reading the wide factor.
 * Most lanes of a workgroup lie in the direction in which neighbours lie in memory. Each sums up its own terms, for one
 * place or four; then those of a place are added up in shared memory, in a tree.
 *
 * @param wide - The direction of the wide factor.
 */
export function thinCut(product: Product, wide: Pick<Factor, "along" | "isVector">, limits: KernelLimits): ProductCut {
  const most = mostLanes(limits);
  const size = wide.isVector ? 4 : 1;
  const lanes: Lanes =
    wide.along === "places"
      ? { alongPlaces: 32, alongTerms: most / 32, places: size, terms: 1 }
      : { alongPlaces: most / 32, alongTerms: 32, places: 1, terms: size };
  const { batches, terms } = product;
  const groups = Math.ceil(Math.max(product.rows, product.columns) / (lanes.alongPlaces * lanes.places)) * batches;
  const choices = splitsFor(terms);
  const enough = choices.find((count) => groups * count * most >= enoughInvocations);
  const steps = Math.ceil(terms / 4 / (enough ?? choices[choices.length - 1]));
  const termsPerSplit = Math.max(1, steps) * 4;
  const splits = Math.max(1, Math.ceil(terms / termsPerSplit));
  return {
    splits,
    write: (own, makeStore) => thinKernel(own, { ...lanes, splits, termsPerSplit }, limits, makeStore),
  };
}

function thinKernel(product: Product, cut: Thin, limits: KernelLimits, makeStore: MakeStore): Kernel {
  const { alongPlaces, alongTerms, splits } = cut;
  const isRow = product.rows < product.columns;
  const [few, places] = isRow ? [product.rows, product.columns] : [product.columns, product.rows];
  const groups = few === 0 ? 0 : Math.ceil(places / (alongPlaces * cut.places));
  const type = cut.places === 4 ? "vec4f" : "f32";
  const writer = new KernelWriter(limits);
  writer.share("parts", `array<${type}, ${alongPlaces * alongTerms}>`);
  return writer.forEachGroup(product.label, product.batches * splits * groups, alongPlaces * alongTerms, () => {
    if (splits > 1) writer.line(`let split = item / ${groups}u % ${splits}u;`);
    if (product.batches > 1) writer.line(`let batch = item / ${groups * splits}u;`);
    const lane =
      alongTerms >= alongPlaces ? [`/ ${alongTerms}u`, `% ${alongTerms}u`] : [`% ${alongPlaces}u`, `/ ${alongPlaces}u`];
    writer.line(`let place_lane = i32(lane ${lane[0]});`);
    writer.line(`let term_lane = i32(lane ${lane[1]});`);
    const { left, right, place } = product.begin(writer, product.batches > 1 ? "batch" : "0u", "tiles");
    writer.line(`let at = (i32(item % ${groups}u) * ${alongPlaces} + place_lane) * ${cut.places};`);
    const [thin, wide] = isRow ? [left, right] : [right, left];
    writeSums(writer, cut, product.terms, few, thin, wide);
    const sums = range(few).map((i) => (cut.terms === 4 ? `dot(sum${i}, vec4f(1.0f))` : `sum${i}`));
    writer.line(`var sums = array<${type}, ${few}>(${sums.join(", ")});`);
    const store = makeStore(writer, product.hasQuads && isRow && cut.places === 4);
    writer.block(`for (var i = 0; i < ${few}; i++)`, () => {
      writeTree(writer, cut);
      writer.block(`if (term_lane == 0 && at < ${places})`, () => {
        if (store.isVector) store.store(`(${place("i", "at")}) / 4`, "parts[place_lane]");
        else if (cut.places === 1) store.store(isRow ? place("i", "at") : place("at", "i"), "parts[place_lane]");
        else {
          writer.block("for (var c = 0; c < 4; c++)", () => {
            writer.line("let own = at + c;");
            store.store(isRow ? place("i", "own") : place("own", "i"), "parts[place_lane][c]");
          });
        }
      });
    });
  });
}

/** The sums of a lane, one `sum<i>` for each of the few places of the thin factor. */
function writeSums(writer: KernelWriter, cut: Thin, terms: number, few: number, thin: Factor, wide: Factor): void {
  const { alongTerms, splits, termsPerSplit } = cut;
  const [first, last] = splits > 1 ? [`i32(split) * ${termsPerSplit}`, "last_term"] : ["0", `${terms}`];
  if (splits > 1) writer.line(`let last_term = min(i32(split + 1u) * ${termsPerSplit}, ${terms});`);
  writer.line(`let wide_place = ${wide.place("at")};`);
  for (const i of range(few)) {
    writer.line(`let thin_at${i} = ${i};`);
    writer.line(`let thin_place${i} = ${thin.place(`thin_at${i}`)};`);
    writer.line(`var sum${i} = ${wide.isVector ? "vec4f()" : "0.0f"};`);
  }
  const head = `for (var term = ${first} + term_lane * ${cut.terms}; term < ${last}; term += ${alongTerms * cut.terms})`;
  writer.block(head, () => {
    writer.line(`let wide_term = ${wide.term("term")};`);
    writer.line(`let value = ${wide.value("wide_place", "wide_term")};`);
    const pieces = cut.terms === 4 && !thin.isVector ? 4 : 1;
    for (const c of range(pieces)) {
      writer.line(`let term${c} = term + ${c};`);
      writer.line(`let thin_term${c} = ${thin.term(`term${c}`)};`);
    }
    for (const i of range(few)) {
      const values = range(pieces).map((c) => thin.value(`thin_place${i}`, `thin_term${c}`));
      writer.line(`sum${i} += ${pieces === 1 ? values[0] : `vec4f(${values.join(", ")})`} * value;`);
    }
  });
}

/** Adds up `sums[i]` of the lanes that share a place, into `parts[place_lane]`. */
function writeTree(writer: KernelWriter, { alongPlaces, alongTerms }: Lanes): void {
  writer.line(`let own_part = term_lane * ${alongPlaces} + place_lane;`);
  writer.line("parts[own_part] = sums[i];");
  writer.line("workgroupBarrier();");
  writer.block(`for (var gap = ${alongTerms / 2}; gap > 0; gap >>= 1u)`, () => {
    const other = `parts[own_part + gap * ${alongPlaces}]`;
    writer.line(`if (term_lane < gap) { parts[own_part] += ${other}; }`);
    writer.line("workgroupBarrier();");
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
