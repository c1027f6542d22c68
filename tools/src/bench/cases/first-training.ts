import "@minima/autograd";
import { type HasVariables, type Tensor, type Variable, compile } from "@minima/tensor";

/** A training of which the first call is measured. */
export interface FirstTraining {
  readonly optimizer: HasVariables & { zeroGrad(): void; step(): Promise<void> };
  /** Variables that the loss assigns. */
  readonly statistics: readonly Variable[];
  readonly inputs: readonly [x: Tensor, y: Tensor];
  loss(x: Tensor, y: Tensor): Tensor;
}

/** The training step on its batch, compiled; gives the loss. */
export function compiledStep({ optimizer, statistics, inputs, loss }: FirstTraining): () => Promise<number> {
  const step = compile(
    (x: Tensor, y: Tensor) => {
      const value = loss(x, y);
      optimizer.zeroGrad();
      value.backward();
      void optimizer.step(); // recorded; done when the compiled function is
      return value;
    },
    { state: [optimizer, ...statistics] },
  );
  return async () => (await step(...inputs)).item();
}
