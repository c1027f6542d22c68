import { ValueError } from "../errors.ts";
import { createLeaf, createNode } from "../graph/create.ts";
import type { Node } from "../graph/node.ts";
import { Storage } from "../graph/storage.ts";
import { drawFrom, isRecomputing } from "../graph/recompute.ts";
import { activeTrace, withoutTrace } from "../graph/trace.ts";
import { add } from "../ops/arithmetic.ts";
import { less } from "../ops/compare.ts";
import { cast } from "../ops/unary.ts";
import { concat, slice } from "../ops/views.ts";
import { type Shape, checkShape, sizeOf } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { Variable } from "../variable.ts";
import { threefry } from "./threefry.ts";

/**
 * A source of random bits: a counter-based generator (Threefry-2x32, Salmon et al. 2011, "Parallel random numbers: as
 * easy as 1, 2, 3"), whose state (key, counter) is a variable. Equal seeds give equal bits on every backend.
 */
export class Generator {
  /** uint32 [key0, key1, counter, counter high]. */
  readonly state: Variable;

  /** @param seed - Any integer of up to 53 bits; its low and high word are the key. */
  constructor(seed: number) {
    this.state = new Variable(stateTensor(stateOf("Generator", seed)), { name: "generator" });
  }

  /** Its state, so that a generator can be listed in the state of `compile`. */
  variables(): Iterable<Variable> {
    return [this.state];
  }

  /** Starts the stream of another seed. */
  seed(seed: number): void {
    this.state.assign(stateTensor(stateOf("Generator.seed", seed)));
  }

  /** A generator with a key of its own, drawn from this one's stream. */
  fork(): Generator {
    const [key0, key1, low, high] = Uint32Array.from(this.#hostState());
    const child = new Generator(0);
    const keys = [0, 1].map((i) => threefry(key0, key1, (low + i) >>> 0, high));
    child.state.assign(stateTensor(Uint32Array.of(keys[0], keys[1], 0, 0)));
    this.#advance(2);
    return child;
  }

  /** The next words of the stream as a uint32 tensor; advances the counter by its size. */
  bits(shape: Shape): Tensor {
    checkShape("Generator.bits", shape);
    activeTrace()?.include(this.state);
    const node = createNode("randomBits", [drawFrom(this.state.node)], [...shape], "uint32", null);
    if (!isRecomputing()) this.#advance(sizeOf(shape));
    return new Tensor(node);
  }

  /** Moves the counter: on the host where it is known there, else in the graph. */
  #advance(count: number): void {
    const known = this.state.node.storage?.host;
    if (known === null || known === undefined) {
      this.state.assign(advanced(this.state, count));
      return;
    }
    const next = Uint32Array.from(known);
    const low = next[2] + (count % 2 ** 32);
    next[2] = low >>> 0;
    next[3] = (next[3] + Math.floor(count / 2 ** 32) + (low >= 2 ** 32 ? 1 : 0)) >>> 0;
    this.state.assign(stateTensor(next));
  }

  #hostState(): ArrayLike<number> {
    return this.state.node.storage?.host ?? this.state.dataSync();
  }
}

/** The state `count` words later, as a tensor: the low counter wraps and carries. */
function advanced(state: Tensor, count: number): Tensor {
  const word = (i: number): Tensor => slice(state, [[i, i + 1]]);
  const low = add(word(2), count % 2 ** 32);
  const carry = cast(less(low, word(2)), "uint32");
  const high = add(add(word(3), Math.floor(count / 2 ** 32)), carry);
  return concat([slice(state, [[0, 2]]), low, high]);
}

function stateOf(caller: string, seed: number): Uint32Array {
  if (!Number.isSafeInteger(seed)) {
    throw new ValueError(`${caller}: seed ${String(seed)} must be an integer of up to 53 bits`);
  }
  return Uint32Array.of(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, 0, 0);
}

function stateTensor(state: Uint32Array): Tensor {
  const leaf: Node = createLeaf([4], "uint32", new Storage("uint32", 4, state), {
    requiresGrad: false,
    stateful: false,
    device: null,
  });
  return new Tensor(leaf);
}

let current: Generator | null = null;

/** The generator used where none is given. Seeded from the clock unless `manualSeed` was called. */
export function defaultGenerator(): Generator {
  current ??= withoutTrace(() => new Generator(Math.floor(Math.random() * 2 ** 53)));
  return current;
}

/** Seeds the default generator, so that everything random that follows repeats from run to run. */
export function manualSeed(seed: number): Generator {
  const state = stateTensor(stateOf("manualSeed", seed));
  current ??= new Generator(0);
  current.state.assign(state);
  return current;
}
