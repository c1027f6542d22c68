import type { VectorWriter } from "../math/vector-writer.ts";
import { i32, select, type FunctionBuilder, type Local } from "../wasm/index.ts";
import type { Cursor } from "./cursors.ts";
import type { Segment } from "./lanes.ts";
import { laneCount, tileSize, type Nest } from "./nest.ts";

/** The range of the loop that threads share. */
export interface Range {
  readonly first: Local<"i32">;
  readonly last: Local<"i32">;
}

/** One loop to be written. */
export interface LoopOptions {
  /** Position in the nest. */
  readonly depth: number;
  /** How many vectors a round works on, if this is the lane loop. */
  readonly copies: number;
  /** Those that are used inside. */
  readonly cursors: readonly Cursor[];
  /** Something to do before every so many rounds (of the lane loop, vectors; then a multiple of `copies`). */
  readonly chunk: { readonly rounds: number; begin(): void } | null;
}

/** Writes the code of a loop for one segment of the lane loop, or for null if it is another loop. */
type Body = (segment: Segment | null) => void;

/** Writes the loops of a nest: counters, and cursors that move along. */
export class LoopWriter {
  readonly #f: FunctionBuilder;
  readonly #nest: Nest;
  readonly #range: Range;
  readonly #wide: boolean;
  /** Rounds of the current tile. */
  #tileRounds: Local<"i32"> | null = null;

  constructor({ f, wide }: VectorWriter, nest: Nest, range: Range) {
    this.#f = f;
    this.#wide = wide;
    this.#nest = nest;
    this.#range = range;
  }

  /** Writes a loop around `body`. */
  write(options: LoopOptions, body: Body): void {
    const { depth, cursors, chunk } = options;
    const { extent, split, part } = this.#nest.loops[depth];
    const moving = cursors.filter((cursor) => cursor.moves(depth));
    for (const cursor of moving) cursor.enter(depth, split ? this.#range.first : null);
    const round: Round = (segment, points) => () => {
      body(segment);
      for (const cursor of moving) cursor.advance(depth, points);
    };
    if (part === "tiles") this.#tiles(this.#count(extent, split), round);
    else if (part === "tile") this.#countdown(this.#f.let(this.#tileRounds ?? i32.const(extent)), round(null, 1));
    else if (split) this.#overRange(depth === this.#nest.lane ? options.copies : 0, round);
    else if (depth === this.#nest.lane) this.#lanes(extent, options, round);
    else this.#repeat(extent, round(null, 1), chunk);
    for (const cursor of moving) cursor.leave();
  }

  #count(extent: number, split: boolean): Local<"i32"> {
    return this.#f.let(split ? i32.sub(this.#range.last, this.#range.first) : i32.const(extent));
  }

  #tiles(remaining: Local<"i32">, round: Round): void {
    const f = this.#f;
    f.while(i32.gt_s(remaining, 0), () => {
      this.#tileRounds = f.let(select(i32.lt_s(remaining, tileSize), remaining, tileSize));
      round(null, tileSize)();
      f.increment(remaining, -tileSize);
    });
  }

  /** The loop that threads share; `copies` is 0 if it is not the lane loop. */
  #overRange(copies: number, round: Round): void {
    const remaining = this.#count(0, true);
    const whilePoints = (points: number, each: () => void): void =>
      void this.#f.while(i32.ge_s(remaining, points), () => {
        each();
        this.#f.increment(remaining, -points);
      });
    if (copies === 0) {
      whilePoints(1, round(null, 1));
      return;
    }
    whilePoints(laneCount * copies, round({ copies, lanes: laneCount }, laneCount * copies));
    if (copies > 1) whilePoints(laneCount, round({ copies: 1, lanes: laneCount }, laneCount));
    whilePoints(1, round({ copies: 1, lanes: 1 }, 1));
  }

  /** A lane loop of known extent: blocks of vectors, pairs where they may be joined, single vectors, and what does not fill one. */
  #lanes(extent: number, { copies, chunk }: LoopOptions, round: Round): void {
    const blocks = Math.floor(extent / (laneCount * copies));
    const vectors = Math.floor(extent / laneCount) - blocks * copies;
    const lanes = extent % laneCount;
    const block = round({ copies, lanes: laneCount }, laneCount * copies);
    this.#repeat(blocks, block, chunk && { ...chunk, rounds: chunk.rounds / copies });
    // What is left belongs to the chunk of the last block, unless that is full.
    if (vectors + lanes > 0 && chunk !== null && (blocks * copies) % chunk.rounds === 0) chunk.begin();
    const pairs = this.#wide && copies > 2 ? Math.floor(vectors / 2) : 0;
    this.#repeat(pairs, round({ copies: 2, lanes: laneCount }, 2 * laneCount), null);
    this.#repeat(vectors - 2 * pairs, round({ copies: 1, lanes: laneCount }, laneCount), null);
    if (lanes > 0) round({ copies: 1, lanes }, lanes)();
  }

  #repeat(count: number, round: () => void, chunk: LoopOptions["chunk"]): void {
    const f = this.#f;
    if (count === 0) return;
    if (chunk === null || count <= chunk.rounds) {
      chunk?.begin();
      if (count === 1) round();
      else this.#countdown(f.let(i32.const(count)), round);
      return;
    }
    const remaining = f.let(i32.const(count));
    f.loop((again) => {
      chunk.begin();
      const rounds = f.let(select(i32.lt_u(remaining, chunk.rounds), remaining, chunk.rounds));
      f.set(remaining, i32.sub(remaining, rounds));
      this.#countdown(rounds, round);
      f.branchIf(again, remaining);
    });
  }

  /** Runs `round` as often as the variable says, at least once. */
  #countdown(remaining: Local<"i32">, round: () => void): void {
    this.#f.loop((again) => {
      round();
      this.#f.increment(remaining, -1);
      this.#f.branchIf(again, remaining);
    });
  }
}

/** Gives the code of one round that goes on by a number of points. */
type Round = (segment: Segment | null, points: number) => () => void;
