import { Interner } from "./interner.ts";
import { LoopBuilder, type LoopContext, type LoopShape, type Root } from "./loop-builder.ts";

/**
 * Loop kernels of one store by what it is and in which loops. Where a graph is partitioned again, most of its kernels are as
 * they were.
 */
export class LoopCache {
  readonly #context: LoopContext;
  readonly #known = new Interner();
  readonly #builders: LoopBuilder[] = [];

  /** @param context - In which buffers may come and go. */
  constructor(context: LoopContext) {
    this.#context = context;
  }

  /** @throws MustMaterialize if something does not fit. */
  build(shape: LoopShape, root: Root): LoopBuilder {
    const number = this.#known.numberOf(wordsOf(shape, root));
    const known = this.#builders.at(number);
    if (known?.isCurrent === true) return known;
    const builder = new LoopBuilder(this.#context, shape);
    builder.store(root);
    this.#builders[number] = builder;
    return builder;
  }
}

function wordsOf({ outer, inner, order }: LoopShape, { node, into, axes, offset }: Root): number[] {
  const words = [node, into, order?.isAlongRows === true ? 1 : 0];
  for (const list of [outer, inner, order?.groups ?? [], order?.extents ?? [], axes, offset]) {
    words.push(list.length, ...list);
  }
  return words;
}
