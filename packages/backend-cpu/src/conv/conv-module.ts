import type { CodeOptions, KernelOptions } from "../kernel-options.ts";
import { ModuleBuilder } from "../wasm/index.ts";
import { defineAddParts } from "./add-parts.ts";
import { defineCorrelateBack } from "./correlate-back.ts";
import { defineCorrelateFew } from "./correlate-few.ts";
import { defineCorrelate } from "./correlate.ts";
import { defineFilterGradient } from "./filter-gradient.ts";
import { definePackFilter } from "./pack-filter.ts";
import { defineWinogradCorrelate } from "./winograd/correlate.ts";
import { defineAddGradientParts } from "./winograd/add-gradient-parts.ts";
import { defineWinogradFilterGradient } from "./winograd/filter-gradient.ts";
import { defineTransformWeights } from "./winograd/weights.ts";

const definitions = {
  packFilter: definePackFilter,
  correlate: defineCorrelate,
  correlateFew: defineCorrelateFew,
  correlateBack: defineCorrelateBack,
  filterGradient: defineFilterGradient,
  addParts: defineAddParts,
  winograd3: (module: ModuleBuilder, options: CodeOptions) => defineWinogradCorrelate(module, options, 3),
  winograd5: (module: ModuleBuilder, options: CodeOptions) => defineWinogradCorrelate(module, options, 5),
  winogradWeights3: (module: ModuleBuilder) => defineTransformWeights(module, "winogradWeights3", 3),
  winogradWeights5: (module: ModuleBuilder) => defineTransformWeights(module, "winogradWeights5", 5),
  winogradFilterGradient3: (module: ModuleBuilder, options: CodeOptions) =>
    defineWinogradFilterGradient(module, options, 3),
  winogradFilterGradient5: (module: ModuleBuilder, options: CodeOptions) =>
    defineWinogradFilterGradient(module, options, 5),
  winogradAddParts3: (module: ModuleBuilder) => defineAddGradientParts(module, "winogradAddParts3", 3),
  winogradAddParts5: (module: ModuleBuilder) => defineAddGradientParts(module, "winogradAddParts5", 5),
} as const;

/** The functions that convolutions are made of; shapes are arguments, so there is one of each. */
export type ConvFunctionName = keyof typeof definitions;

/** A WebAssembly module that exports one of the functions. */
export function convModule(name: ConvFunctionName, options: KernelOptions): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder().importMemory({ shared: options.shared });
  definitions[name](module, options);
  return module.toBytes();
}
