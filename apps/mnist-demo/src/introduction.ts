import type { DemoData } from "./dataset.ts";
import type { Network } from "./model.ts";
import type { DemoOptions } from "./options.ts";

/** What is going to be trained on what, and how, in three lines. */
export function introduction(
  options: DemoOptions & { readonly device: string },
  data: DemoData,
  network: Network,
  training: number,
  validation: number,
): string {
  const { optimizer, lr, decay, batchSize, seed, device } = options;
  const held = validation === 0 ? "" : `, ${validation} for validation`;
  const rate = `learning rate ${lr}${decay === "linear" ? " falling to 0" : ""}`;
  return [
    `${data.description}: ${training} images for training${held}, ${data.test.length} for the test`,
    network.description,
    `${optimizer}, ${rate}, batches of ${batchSize}, seed ${seed}, on ${device}`,
  ].join("\n");
}
