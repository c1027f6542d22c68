import "./methods.ts";

export {
  type Backend,
  type BackendProfile,
  type BackendStats,
  type Bindings,
  type Device,
  type DeviceBuffer,
  type GraphEvaluator,
} from "./backend.ts";
export { type Program, isGraphEvaluator } from "./backend.ts";
export { checkInteger, checkList, checkOptions } from "./checks.ts";
export { type CompileOptions, type Compiled, compile } from "./compile/compile.ts";
export type { HasVariables } from "./compile/settings.ts";
export * as debug from "./debug/index.ts";
export { NotFiniteError } from "./debug/check-finite.ts";
export { type DType, type TypedArray, bytesPerElement, hostArray, hostView, isFloat } from "./dtype.ts";
export * from "./errors.ts";
export { formatValues } from "./format.ts";
export { formatBytes } from "./format-bytes.ts";
export { HostCounter } from "./graph/host-counter.ts";
export type { Graph, GraphNode, GraphNodeOf } from "./graph/graph.ts";
export { noGrad, withGradMode, isGradEnabled } from "./graph/mode.ts";
export { createDetached, createNode, createSource } from "./graph/create.ts";
export { newGradientSlot } from "./graph/gradient-slot.ts";
export type { CustomGradient, Node, NodeOf } from "./graph/node.ts";
export { atomically } from "./graph/pending.ts";
export * from "./graph/primitive.ts";
export { recompute, recordDraws } from "./graph/recompute.ts";
export { affinesOf, closureOf, findVarying, operandsOf, valueDType } from "./kernel/instruction.ts";
export { dependsOnOrder } from "./kernel/reduction.ts";
export * from "./kernel/step.ts";
export * as linalg from "./linalg/index.ts";
export * from "./ops/index.ts";
export { convSliding } from "./ops/window/convolution.ts";
export { type PerAxis, perAxis } from "./ops/window/geometry.ts";
export { poolSliding } from "./ops/window/pool-windows.ts";
export { planGraph } from "./planner/planner.ts";
export type { Plan, Slot } from "./planner/plan.ts";
export { type RandomOptions } from "./random/random.ts";
export { Generator, defaultGenerator, manualSeed } from "./random/generator.ts";
export * as random from "./random/random.ts";
export { evaluateInDouble } from "./reference/evaluate-tensors.ts";
export { reference } from "./reference/reference.ts";
export { getBackend, setBackend } from "./runtime/device.ts";
export { requestOutput } from "./runtime/effects.ts";
export { executorOf } from "./runtime/evaluate.ts";
export { PlannedExecutor } from "./runtime/planned-executor.ts";
export { update } from "./runtime/update.ts";
export { Scope } from "./runtime/scope.ts";
export * from "./shape.ts";
export { print } from "./print.ts";
export { type NestedArray, Tensor, run, setDifferentiator } from "./tensor.ts";
export { Variable, type VariableOptions, makeState } from "./variable.ts";
export { version } from "./version.ts";
