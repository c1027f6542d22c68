import type { Module } from "@minima/layers";
import { Adam, type Optimizer, SGD } from "@minima/optim";
import type { Callback } from "@minima/train";
import type { DemoOptions } from "./options.ts";

/** The optimizer of the options. */
export function createOptimizer(module: Module, { optimizer, lr }: Pick<DemoOptions, "optimizer" | "lr">) {
  const parameters = module.parameters();
  return optimizer === "adam" ? new Adam(parameters, { lr }) : new SGD(parameters, { lr, momentum: 0.9 });
}

/** Lets the learning rate fall in a straight line from what it is to 0 at the end of the last epoch. */
export function linearDecay(optimizer: Optimizer<{ lr: number }>): Callback {
  const initial = optimizer.lr;
  return {
    onUpdate({ update, plannedUpdates }) {
      optimizer.lr = initial * (1 - update / plannedUpdates);
    },
  };
}
