import { plus } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Factor } from "./factor.ts";

const components = ["x", "y", "z", "w"];

/** Sizes of one side of a tile. */
interface SideSize {
  /** Invocations along the side, and how many places each of them has. */
  readonly lanes: number;
  readonly cells: number;
  readonly depth: number;
  /** Invocations of the workgroup. */
  readonly invocations: number;
}

/**
 * One factor's part of a tile: `lanes * cells` places by `depth` terms in shared memory, as vec4s of neighbours in the
 * factor's direction: [term][quad of places], or [place][quad of terms], one quad longer than needed, so that
 * invocations side by side read from different banks.
 *
 * Which places a lane has follows from that: quads of neighbours if they are fetched so, else every `lanes`th one; then
 * what lanes fetch and store one by one lies side by side.
 */
export class TileSide {
  readonly #writer: KernelWriter;
  readonly #name: string;
  readonly #factor: Factor;
  readonly #size: SideSize;
  readonly #places: number;

  /** @param name - "row" or "column": `first_<name>` is the first place of the tile, `lane_<name>` the invocation's lane. */
  constructor(writer: KernelWriter, name: "row" | "column", factor: Factor, size: SideSize) {
    this.#writer = writer;
    this.#name = name;
    this.#factor = factor;
    this.#size = size;
    this.#places = size.lanes * size.cells;
    writer.share(
      `${name}_tile`,
      `array<vec4f, ${this.#isAlongPlaces ? this.#quads * size.depth : this.#places * this.#pitch}>`,
    );
  }

  get #isAlongPlaces(): boolean {
    return this.#factor.along === "places";
  }

  /** Vec4s of places for each term. */
  get #quads(): number {
    return this.#places / 4;
  }

  /** Vec4s of terms for each place, and one to spare. */
  get #pitch(): number {
    return this.#size.depth / 4 + 1;
  }

  /** Whether the four cells of a quad are neighbours in the result. */
  get hasNeighbours(): boolean {
    return this.#isAlongPlaces && this.#factor.isVector;
  }

  /** The place of a cell, counted from the tile's first, whose number is an expression. */
  placeOf(cell: string): string {
    const lane = `lane_${this.#name}`;
    if (this.hasNeighbours) return `4 * (${lane} + ${cell} / 4 * ${this.#size.lanes}) + ${cell} % 4`;
    if (this.#isAlongPlaces) return `${lane} + ${cell} / 4 * ${this.#size.lanes} + ${cell} % 4 * ${this.#quads}`;
    return `${lane} + ${cell} * ${this.#size.lanes}`;
  }

  /** Before the loop over the terms: what does not change in it. */
  writePlaces(): void {
    if (!this.#isAlongPlaces) return;
    const name = this.#name;
    this.#writer.line(`let ${name}_quad = i32(lane % ${this.#quads}u);`);
    const places = this.#factor.isVector
      ? [`first_${name} + 4 * ${name}_quad`]
      : components.map((_, c) => plus(`first_${name} + ${name}_quad`, c * this.#quads));
    places.forEach((place, c) => this.#split(`${name}${c}`, place, (at) => this.#factor.place(at)));
  }

  /** Fetches the terms from `start` on. */
  writeFetch(): void {
    if (this.#isAlongPlaces) this.#fetchAlongPlaces();
    else this.#fetchAlongTerms();
  }

  #fetchAlongPlaces(): void {
    const { depth, invocations } = this.#size;
    const [writer, name] = [this.#writer, this.#name];
    writer.block(`for (var e = lane; e < ${this.#quads * depth}u; e += ${invocations}u)`, () => {
      this.#split("term", `start + i32(e / ${this.#quads}u)`, (at) => this.#factor.term(at));
      const values = this.#neighbours((c) => this.#factor.value(`${name}${c}`, "term"));
      writer.line(`${name}_tile[e] = ${values};`);
    });
  }

  #fetchAlongTerms(): void {
    const { depth, invocations } = this.#size;
    const [writer, name, quads] = [this.#writer, this.#name, depth / 4];
    const terms = this.#factor.isVector ? 1 : 4;
    for (let c = 0; c < terms; c++) {
      this.#split(`${name}_term${c}`, plus(`start + 4 * i32(lane % ${quads}u)`, c), (at) => this.#factor.term(at));
    }
    writer.block(`for (var e = lane / ${quads}u; e < ${this.#places}u; e += ${invocations / quads}u)`, () => {
      this.#split("place", `first_${name} + i32(e)`, (at) => this.#factor.place(at));
      const values = this.#neighbours((c) => this.#factor.value("place", `${name}_term${c}`));
      writer.line(`${name}_tile[e * ${this.#pitch}u + lane % ${quads}u] = ${values};`);
    });
  }

  /** A vec4, as the factor gives it or put together. */
  #neighbours(value: (component: number) => string): string {
    return this.#factor.isVector ? value(0) : `vec4f(${components.map((_, c) => value(c)).join(", ")})`;
  }

  #split(name: string, at: string, part: (at: string) => string): void {
    this.#writer.line(`let ${name}_at = ${at};`);
    this.#writer.line(`let ${name} = ${part(`${name}_at`)};`);
  }

  /** In a loop in which `quad` counts the tile's terms by four: reads this invocation's cells, as `<name>_…`. */
  writeRead(): void {
    const { lanes, cells } = this.#size;
    const [writer, name] = [this.#writer, this.#name];
    if (!this.#isAlongPlaces) {
      for (let cell = 0; cell < cells; cell++) {
        writer.line(
          `let ${name}_${cell} = ${name}_tile[(${plus(`lane_${name}`, cell * lanes)}) * ${this.#pitch} + quad];`,
        );
      }
      return;
    }
    for (let term = 0; term < 4; term++) {
      for (let group = 0; group < cells / 4; group++) {
        const at = plus(`(${plus("4 * quad", term)}) * ${this.#quads} + lane_${name}`, group * lanes);
        writer.line(`let ${name}_${group}_${term} = ${name}_tile[${at}];`);
      }
    }
  }

  /** What has been read of one cell, and of four, for a term of the quad. */
  cell(cell: number, term: number): string {
    if (!this.#isAlongPlaces) return `${this.#name}_${cell}.${components[term]}`;
    return `${this.#name}_${Math.floor(cell / 4)}_${term}.${components[cell % 4]}`;
  }

  fourCells(group: number, term: number): string {
    if (this.#isAlongPlaces) return `${this.#name}_${group}_${term}`;
    return `vec4f(${components.map((_, c) => this.cell(4 * group + c, term)).join(", ")})`;
  }
}
