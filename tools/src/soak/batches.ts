import { type Tensor, tensor } from "@minima/tensor";

export const batchSize = 128;
export const pixels = 784;
export const classes = 10;
const rows = 1024;

/** A batch as a data loader makes it: rows copied into fresh arrays. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Made-up images and labels, small enough that what is measured is the training. */
export function batches(): (step: number) => Batch {
  const images = Float32Array.from({ length: rows * pixels }, (_, i) => Math.sin(i * 1.3) * Math.cos(i * 0.07));
  return (step) => {
    const x = new Float32Array(batchSize * pixels);
    const y = new Int32Array(batchSize);
    for (let i = 0; i < batchSize; i++) {
      const row = (step * 37 + i * 13) % rows;
      x.set(images.subarray(row * pixels, (row + 1) * pixels), i * pixels);
      y[i] = (row * 7) % classes;
    }
    return { x: tensor(x, { shape: [batchSize, pixels] }), y: tensor(y) };
  };
}
