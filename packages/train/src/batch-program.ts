import type { Batch } from "@minima/data";
import { type HasVariables, type Operand, type Tensor, TraceError, compile, run } from "@minima/tensor";

/** What is done with each batch. */
export interface BatchWork {
  /** Adds what is computed for a batch to the pending graph. Recorded, it must throw before it returns. */
  readonly build: (inputs: Tensor, targets: Tensor, size: Operand) => void | Promise<void>;
  /** All that has variables which `build` uses; null if they are not known, so that it cannot be compiled. */
  readonly state: readonly HasVariables[] | null;
}

type Compiled = (inputs: Tensor, targets: Tensor, size: number) => Promise<void>;

/**
 * Runs the work of one batch after the other, compiled: one program for each shape of batches and each of the settings. If the first
 * cannot be recorded it runs as it is, because variables may be made in it.
 */
export class BatchProgram {
  readonly #work: BatchWork;
  #compiled: Compiled | null = null;
  #isFirst = true;
  /** Rejects where the work failed after it had returned. */
  #completion: void | Promise<void> = undefined;

  constructor(work: BatchWork) {
    this.#work = work;
  }

  /** @throws TraceError saying what to do if the work cannot be recorded. */
  async run({ inputs, targets, size }: Batch): Promise<void> {
    const { state, build } = this.#work;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (state === null) return await this.#runAsItIs(inputs, targets, size);
    this.#compiled ??= compile(
      (...batch: [Tensor, Tensor, Operand]) => {
        this.#completion = build(...batch);
        this.#completion?.catch(() => undefined); // thrown below, when somebody waits for it
      },
      { state },
    );
    try {
      await this.#compiled(inputs, targets, size);
      await this.#completion;
    } catch (caught) {
      const error = (await failureOf(this.#completion)) ?? caught; // what came first
      if (!(error instanceof TraceError)) throw error;
      if (isFirst) return await this.#runAsItIs(inputs, targets, size);
      throw new TraceError(
        `${error.message}. The trainer compiles its steps; for a model that cannot be recorded use ` +
          "new Trainer({ ..., compile: false })",
        { cause: error },
      );
    }
  }

  async #runAsItIs(...batch: [Tensor, Tensor, number]): Promise<void> {
    await this.#work.build(...batch);
    await run();
  }
}

/** What a promise is rejected with; null if it is not. */
async function failureOf(completion: void | Promise<void>): Promise<unknown> {
  try {
    await completion;
    return null;
  } catch (error) {
    return error;
  }
}
