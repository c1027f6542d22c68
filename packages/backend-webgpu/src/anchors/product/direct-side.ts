import { plus } from "../../kernel/expression.ts";
import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import type { Factor } from "./factor.ts";
import type { ProductSide } from "./product-side.ts";

const components = ["x", "y", "z", "w"];

/** One factor's part of a tile, of which each invocation reads what it needs from where it lies. */
export class DirectSide implements ProductSide {
  readonly #writer: KernelWriter;
  readonly #name: string;
  readonly #factor: Factor;
  readonly #lanes: number;
  readonly #cells: number;

  constructor(
    writer: KernelWriter,
    name: "row" | "column",
    factor: Factor,
    { lanes, cells }: { readonly lanes: number; readonly cells: number },
  ) {
    this.#writer = writer;
    this.#name = name;
    this.#factor = factor;
    this.#lanes = lanes;
    this.#cells = cells;
  }

  get #isAlongPlaces(): boolean {
    return this.#factor.along === "places";
  }

  get hasNeighbours(): boolean {
    return this.#isAlongPlaces && this.#factor.isVector;
  }

  /** Quads of neighbours if they are read so, else every `lanes`th place. */
  placeOf(cell: string): string {
    const lane = `lane_${this.#name}`;
    if (this.hasNeighbours) return `4 * (${lane} + ${cell} / 4 * ${this.#lanes}) + ${cell} % 4`;
    return `${lane} + ${cell} * ${this.#lanes}`;
  }

  writePlaces(): void {
    const cells = this.hasNeighbours ? this.#cells / 4 : this.#cells;
    for (let number = 0; number < cells; number++) {
      const cell = this.hasNeighbours ? 4 * number : number;
      this.#writer.line(`let ${this.#name}${number}_at = first_${this.#name} + ${this.placeOf(String(cell))};`);
      this.#writer.line(`let ${this.#name}${number} = ${this.#factor.place(`${this.#name}${number}_at`)};`);
    }
  }

  writeFetch(): void {
    // Nothing is fetched ahead.
  }

  writeRead(): void {
    const [writer, name, factor] = [this.#writer, this.#name, this.#factor];
    const isAlongTerms = factor.isVector && !this.#isAlongPlaces;
    for (let term = 0; term < (isAlongTerms ? 1 : 4); term++) {
      writer.line(`let ${name}_at${term} = ${plus("start + 4 * quad", term)};`);
      writer.line(`let ${name}_term${term} = ${factor.term(`${name}_at${term}`)};`);
    }
    const count = this.hasNeighbours ? this.#cells / 4 : this.#cells;
    for (let number = 0; number < count; number++) {
      const place = `${name}${number}`;
      if (isAlongTerms) writer.line(`let ${name}_${number} = ${factor.value(place, `${name}_term0`)};`);
      else {
        for (let term = 0; term < 4; term++) {
          writer.line(`let ${name}_${number}_${term} = ${factor.value(place, `${name}_term${term}`)};`);
        }
      }
    }
  }

  cell(cell: number, term: number): string {
    if (this.hasNeighbours) return `${this.#name}_${Math.floor(cell / 4)}_${term}.${components[cell % 4]}`;
    return this.#factor.isVector ? `${this.#name}_${cell}.${components[term]}` : `${this.#name}_${cell}_${term}`;
  }

  fourCells(group: number, term: number): string {
    if (this.hasNeighbours) return `${this.#name}_${group}_${term}`;
    return `vec4f(${components.map((_, c) => this.cell(4 * group + c, term)).join(", ")})`;
  }
}
