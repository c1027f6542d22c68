import type { DType, TypedArray } from "./dtype.ts";
import { DTypeError, ValueError } from "./errors.ts";
import type { Graph } from "./graph/graph.ts";
import type { Step } from "./kernel/step.ts";

/**
 * # The contract between Minima and a device
 *
 * A backend owns memory and runs programs. It never sees a tensor, a gradient or a layer: what reaches it are bytes,
 * and the steps of `kernel/step.ts`.
 *
 * **Memory.** `allocate` gives an uninitialised buffer of at least the bytes asked for, readable up to the next
 * multiple of 16; it throws `OutOfMemoryError` if it cannot. `free` takes it back; work already submitted that uses
 * it is unaffected, and the buffer may be handed out again at once, because everything happens in queue order.
 * Freeing and never using a buffer again is the caller's duty; the backend does not track lifetimes.
 *
 * **Order.** `write`, `submit` and `read` take effect in the order of the calls. `write` copies: the caller may change
 * the source afterwards. It gets bytes as the device holds them, while `read` gives an array of the host. `read` gives the contents as of the call.
 *
 * **Programs.** `compile` turns steps into a program, at once or as a promise; it is called once for each structure
 * and the program is reused with other buffers. `submit` runs the steps in order with slot i bound to `buffers[i]`.
 * Slots never overlap, except that the planner may bind one buffer to several slots whose lifetimes within the
 * program are disjoint. All memory is allocated before `submit`, so a program runs whole or not at all; a failure on
 * the way throws (or rejects the next read) and says which step failed.
 *
 * **Determinism.** The same program with the same inputs gives the same bits, whatever the number of threads.
 */
export interface Backend {
  readonly name: string;
  readonly profile: BackendProfile;
  allocate(bytes: number): DeviceBuffer;
  free(buffer: DeviceBuffer): void;
  write(buffer: DeviceBuffer, data: TypedArray): void;
  read(buffer: DeviceBuffer, dtype: DType, size: number): Promise<TypedArray>;
  /** Only on devices that can read without waiting. */
  readSync?(buffer: DeviceBuffer, dtype: DType, size: number): TypedArray;
  compile(steps: readonly Step[]): Program | Promise<Program>;
  submit(program: Program, bindings: Bindings): void;
  /**
   * Resolves when the device can take more work without a growing backlog, rejects if it cannot go on: what a training
   * step waits for. Only on devices that still work when `submit` has returned.
   */
  ready?(): Promise<void>;
  /** What is allocated now; for leak checks. Backends may leave it out. */
  stats?(): BackendStats;
  /** Resolves when all submitted work is done. */
  idle(): Promise<void>;
  /** Releases everything; the backend is not used again. */
  dispose(): void;
}

/** What the planner may count on. */
export interface BackendProfile {
  /** How many slots one loop step may touch. */
  readonly maxSlotsPerStep: number;
  /** Whether work is done when `submit` returns, so that results can be moved to the host without waiting. */
  readonly synchronous: boolean;
  /** Whether there can be tensors of float16; all devices have those of the other dtypes. */
  readonly float16?: boolean;
  /** What anchors do beside their own work; those that are not named do nothing else. */
  readonly anchors?: { readonly [Kind in Exclude<Step["kind"], "loop">]?: AnchorProfile };
  /** Composites that the backend has kernels for. Without them they are made of primitives that every backend has. */
  readonly composites?: {
    /** Scaled dot-product attention, of vectors of at most so many features. */
    readonly attention?: { readonly mostFeatures: number };
  };
}

/** What the planner may make anchors of one kind do, so that no kernel of its own has to. */
export interface AnchorProfile {
  /** Whether an element-wise kernel may run on the result, in place: see `Epilogue`. */
  readonly epilogue?: boolean;
  /** Positions of the operands that it computes where it reads them, if they are element-wise work: see `Prologue`. */
  readonly prologues?: readonly number[];
  /** Whether the result may lie anywhere, with strides; else it is row-major and has a buffer for itself. */
  readonly stridedResult?: boolean;
}

/** Memory as the backend counts it. */
export interface BackendStats {
  /** Buffers allocated and not freed. */
  readonly buffers: number;
  /** Bytes they take. */
  readonly bytes: number;
  /** Bytes that the backend holds for itself beside them, such as code and workspaces. */
  readonly ownBytes?: number;
  /** Bytes taken from the system, of which buffers and the backend itself have the greater part. */
  readonly reservedBytes?: number;
}

/** Memory of a device; what else it holds is the backend's affair. */
export interface DeviceBuffer {
  readonly bytes: number;
}

/** Compiled steps; what it holds is the backend's affair. */
export interface Program {
  readonly steps: readonly Step[];
}

export interface Bindings {
  /** One buffer a slot. */
  readonly buffers: readonly DeviceBuffer[];
  /** The scalar block: 32-bit words, float32 or int32 by their bits. */
  readonly scalars: Uint32Array;
}

/** A device that evaluates graphs itself, without planner, programs or buffers: the reference evaluator. */
export interface GraphEvaluator {
  readonly name: string;
  readonly profile?: Pick<BackendProfile, "composites" | "float16">;
  /** Values of `graph.outputs`, in order. */
  evaluate(graph: Graph, leaf: (node: number) => TypedArray, scalar: (node: number) => number): TypedArray[];
}

/** What `setBackend` takes. */
export type Device = Backend | GraphEvaluator;

/** Throws unless a value is a device; `what` is the call that was given it. */
export function checkDevice(what: string, value: unknown): void {
  if (typeof value === "object" && value !== null && ("submit" in value || "evaluate" in value)) return;
  const given = typeof value === "function" ? "a function, which makes one when it is called" : String(value);
  throw new ValueError(`${what}: the backend is ${given}; give one such as cpu(), await webgpu() or reference()`);
}

/** Throws if a device cannot hold float16; `what` is the operation that would give it. */
export function checkFloat16(what: string, { name, profile }: Pick<Device, "name" | "profile">): void {
  if (profile?.float16 === true) return;
  throw new DTypeError(
    `${what}: ${name} has no float16 here; use float32 (.cast("float32")), or WebGPU on a device with "shader-f16"`,
  );
}

/** Whether a device evaluates whole graphs. */
export function isGraphEvaluator(device: Device): device is GraphEvaluator {
  return "evaluate" in device;
}
