import { checkInteger, checkList } from "../checks.ts";
import { ValueError } from "../errors.ts";
import { createNode } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import { drawFrom, isRecomputing } from "../graph/recompute.ts";
import { refuseInTrace, withoutTrace } from "../graph/trace.ts";
import { HostCounter } from "../graph/host-counter.ts";
import { hostWord } from "../ops/host.ts";
import { concat } from "../ops/views.ts";
import { type Shape, checkShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Variable } from "../variable.ts";
import { threefry } from "./threefry.ts";

/** What a generator goes on from: its key, and how many words it has drawn. */
export interface GeneratorState {
  readonly key: readonly [number, number];
  readonly position: number;
}

/**
 * A source of random bits: a counter-based generator (Threefry-2x32, Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"). Its state, a key and a counter, is kept by the host, so that it serves all backends alike, and compiled
 * functions go on with it at each call. Equal seeds give equal bits on every backend.
 */
export class Generator {
  #key: readonly [number, number];
  readonly #position = new HostCounter();

  /** @param seed - Any integer of up to 53 bits; its low and high word are the key. */
  constructor(seed: number) {
    this.#key = keyOf("Generator", seed);
  }

  /** None: its state is kept by the host. So a generator can be listed in the state of `compile`. */
  variables(): Iterable<Variable> {
    return [];
  }

  /** Where it stands; setting it goes on from there. */
  get state(): GeneratorState {
    return { key: this.#key, position: this.#position.value };
  }

  set state({ key, position }: GeneratorState) {
    refuseInTrace("the state of a generator was set", "set it before the call");
    checkList("Generator.state", "key", key);
    if (key.length !== 2) throw new ValueError(`Generator.state: the key has two words, not ${key.length}`);
    for (const word of key) checkInteger("Generator.state", "key", word, 0);
    this.#position.value = position;
    this.#key = [key[0] >>> 0, key[1] >>> 0];
  }

  /** Starts the stream of another seed. */
  seed(seed: number): void {
    this.state = { key: keyOf("Generator.seed", seed), position: 0 };
  }

  /** A generator with a key of its own, drawn from this one's stream. */
  fork(): Generator {
    refuseInTrace("a generator was forked", "make what draws from it before the call");
    const { value } = this.#position;
    const word = (i: number): number => threefry(...this.#key, (value + i) >>> 0, highWord(value + i));
    const child = new Generator(0);
    child.state = { key: [word(0), word(1)], position: 0 };
    this.#position.advance(2);
    return child;
  }

  /** The next words of the stream as a uint32 tensor; advances the counter by its size. */
  bits(shape: Shape): Tensor {
    checkShape("Generator.bits", shape);
    const node = createNode("randomBits", [drawFrom(() => this.#stateNode())], [...shape], "uint32", null);
    if (!isRecomputing()) this.#position.advance(sizeOf(shape));
    return new Tensor(node);
  }

  /** uint32 [key0, key1, counter, counter high], as numbers of the program that draws. */
  #stateNode(): Node {
    const word = (provider: () => number): Tensor => hostWord(provider);
    const position = this.#position;
    const key = concat([word(() => this.#key[0]), word(() => this.#key[1])]);
    const counter = concat([word(() => position.value >>> 0), word(() => highWord(position.value))]);
    return concat([key, counter]).node;
  }
}

function highWord(value: number): number {
  return Math.floor(value / 2 ** 32) >>> 0;
}

function keyOf(caller: string, seed: number): readonly [number, number] {
  if (!Number.isSafeInteger(seed)) {
    throw new ValueError(`${caller}: seed ${String(seed)} must be an integer of up to 53 bits`);
  }
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}

let current: Generator | null = null;

/** The generator used where none is given. Seeded from the clock unless `manualSeed` was called. */
export function defaultGenerator(): Generator {
  current ??= withoutTrace(() => new Generator(Math.floor(Math.random() * 2 ** 53)));
  return current;
}

/** Seeds the default generator, so that everything random that follows repeats from run to run. */
export function manualSeed(seed: number): Generator {
  const state = { key: keyOf("manualSeed", seed), position: 0 };
  const generator = (current ??= new Generator(0));
  generator.state = state;
  return generator;
}
