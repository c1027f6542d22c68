import { type DType, MinimaError } from "@minima/tensor";
import { type LibraryFunction, library } from "../math/library.ts";
import type { CodeWriter } from "./code-writer.ts";
import type { Kernel, KernelLimits, KernelOperand, Memory } from "./kernel.ts";
import { Operand, type OperandUse, type OperandWidth } from "./operand.ts";

/** Invocations of a workgroup where they do not work together. */
const plainWorkgroup = 64;

/** What an invocation is told: built-in value, name, type. */
const placeParameters = [
  ["workgroup_id", "workgroup", "vec3u"],
  ["local_invocation_index", "lane", "u32"],
] as const;
const subgroupParameters = [
  ["subgroup_invocation_id", "subgroup_lane", "u32"],
  ["subgroup_id", "subgroup", "u32"],
  ["num_subgroups", "subgroup_count", "u32"],
] as const;

/** Writes the WGSL of one kernel. */
export class KernelWriter implements CodeWriter {
  readonly limits: KernelLimits;
  readonly #operands: Operand[] = [];
  readonly #functions = new Map<LibraryFunction, string>();
  /** Functions of this kernel alone. */
  readonly #own: string[] = [];
  readonly #globals = new Set<string>();
  readonly #lines: string[] = [];
  #scalars = 0;
  #usesSubgroups = false;
  #depth = 1;
  #names = 0;

  constructor(limits: KernelLimits) {
    this.limits = limits;
  }

  /** Binds memory: each piece once. What is written may also be read, by the invocation that writes it. */
  bind(memory: Memory, dtype: DType, use: OperandUse, width: OperandWidth = 1): Operand {
    const known = this.#operands.find((operand) => isSame(operand.memory, memory));
    if (known !== undefined) {
      if (known.dtype === dtype && known.width === width && (known.use === use || use === "read")) return known;
      throw new MinimaError("webgpu: one step uses a buffer in two ways: a fault of the planner");
    }
    const operand = new Operand(this, `b${this.#operands.length}`, memory, dtype, use, width);
    this.#operands.push(operand);
    if (this.#operands.length > this.limits.maxStorageBuffersPerShaderStage) {
      const most = this.limits.maxStorageBuffersPerShaderStage;
      throw new MinimaError(
        `webgpu: a step touches more buffers than the ${most} that this device binds: a fault of the planner`,
      );
    }
    return operand;
  }

  /** A name for such a function that no other has. */
  functionName(stem: string): string {
    return `${stem}${this.#names++}`;
  }

  /** A function of the kernel's own, which can use what is bound. */
  function(head: string, body: () => void): void {
    const lines = this.#lines.splice(0);
    body();
    this.#own.push([`${head} {`, ...this.#lines.splice(0), "}"].join("\n"));
    this.#lines.push(...lines);
  }

  /** The name of a function of the library, which becomes part of the source. */
  use(name: LibraryFunction): string {
    if (!this.#functions.has(name)) {
      for (const needed of library[name].needs) this.use(needed);
      this.#functions.set(name, library[name].source);
    }
    return name;
  }

  /** A word of the program's scalar block, as u32. */
  scalar(index: number): string {
    this.#scalars = Math.max(this.#scalars, index + 1);
    return `scalars[${Math.floor(index / 4)}].${"xyzw"[index % 4]}`;
  }

  /** Memory that the invocations of a workgroup share. */
  share(name: string, type: string): void {
    this.#globals.add(`var<workgroup> ${name}: ${type};`);
  }

  /**
   * Names of numbers of the subgroup that an invocation is in: its own there, that of the subgroup in its workgroup, and how
   * many of those there are. For the body of the kernel, not for functions.
   */
  subgroups(): { readonly lane: string; readonly subgroup: string; readonly count: string } {
    this.#usesSubgroups = true;
    return { lane: "subgroup_lane", subgroup: "subgroup", count: "subgroup_count" };
  }

  /** A constant that all functions see; the same one may be asked for again. */
  constant(name: string, value: string): string {
    this.#globals.add(`const ${name} = ${value};`);
    return name;
  }

  line(text: string): void {
    this.#lines.push(`${"  ".repeat(this.#depth)}${text}`);
  }

  /** A block: `head {`, what `body` writes, `}`. */
  block(head: string, body: () => void): void {
    this.line(`${head} {`);
    this.#depth++;
    body();
    this.#depth--;
    this.line("}");
  }

  /** A constant of a fresh name. */
  let(value: string): string {
    const name = `t${this.#names++}`;
    this.line(`let ${name} = ${value};`);
    return name;
  }

  /** Runs `body` in one invocation for each item, of which `item` is the number. */
  forEachItem(label: string, count: number, body: () => void): Kernel {
    const groups = Math.ceil(count / plainWorkgroup);
    this.line(`let item = ${this.#groupIndex(groups)} * ${plainWorkgroup}u + lane;`);
    this.line(`if (item >= ${count}u) { return; }`);
    body();
    return this.#finish(label, plainWorkgroup, groups);
  }

  /** Runs `body` in one workgroup for each item; `lane` numbers its invocations. */
  forEachGroup(label: string, count: number, size: number, body: () => void): Kernel {
    this.line(`let item = ${this.#groupIndex(count)};`);
    if (count > this.limits.maxComputeWorkgroupsPerDimension) this.line(`if (item >= ${count}u) { return; }`);
    body();
    return this.#finish(label, size, count);
  }

  /** The number of the workgroup: one dimension holds no more than 65,535 of them. */
  #groupIndex(count: number): string {
    const most = this.limits.maxComputeWorkgroupsPerDimension;
    return count <= most ? "workgroup.x" : `(workgroup.y * ${most}u + workgroup.x)`;
  }

  #finish(label: string, size: number, count: number): Kernel {
    const most = this.limits.maxComputeWorkgroupsPerDimension;
    const scalars = Math.ceil(this.#scalars / 4);
    const parameters = this.#usesSubgroups ? [...placeParameters, ...subgroupParameters] : placeParameters;
    const source = [
      `// ${label}`,
      ...(this.#usesSubgroups ? ["enable subgroups;"] : []),
      ...this.#operands.map((operand, binding) => operand.declaration(binding)),
      ...(scalars > 0 ? [`@group(1) @binding(0) var<uniform> scalars: array<vec4u, ${scalars}>;`] : []),
      ...this.#globals,
      ...this.#functions.values(),
      ...this.#own,
      "",
      `@compute @workgroup_size(${size})`,
      `fn main(${parameters.map(([builtin, name, type]) => `@builtin(${builtin}) ${name}: ${type}`).join(", ")}) {`,
      ...this.#lines,
      "}",
      "",
    ].join("\n");
    const operands = this.#operands.map(({ memory, use }): KernelOperand => ({
      memory,
      access: use === "read" ? "read" : "write",
    }));
    const workgroups: [number, number] = [Math.min(count, most), Math.ceil(count / most)];
    return { label, source: enableFloat16(source), operands, usesScalars: scalars > 0, workgroups };
  }
}

/** WGSL with what it has to say if it names f16. */
function enableFloat16(source: string): string {
  return /\bf16\b/.test(source) ? `enable f16;\n${source}` : source;
}

function isSame(a: Memory, b: Memory): boolean {
  return "slot" in a ? "slot" in b && a.slot === b.slot : "scratch" in b && a.scratch === b.scratch;
}
