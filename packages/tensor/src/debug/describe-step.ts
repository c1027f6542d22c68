import type { Instruction, LoopStep, MatrixAccess, Source, Step } from "../kernel/step.ts";

/** One step of a program as text for a person; `name` gives what a slot is called. */
export function describeStep(step: Step, name: (slot: number) => string): string {
  if ((step.kind !== "matmul" && step.kind !== "conv") || step.epilogue === undefined) return describeOne(step, name);
  return `${describeOne(step, name)}, then in place ${describeOne(step.epilogue, name)}`;
}

function describeOne(step: Step, name: (slot: number) => string): string {
  const source = ({ slot, prologue }: Source): string => {
    if (prologue === undefined) return name(slot);
    return expression(prologue.instructions, prologue.phases[0].stores[0].value, name, prologue);
  };
  switch (step.kind) {
    case "loop":
      return describeLoop(step, name);
    case "matmul": {
      const matrix = (m: MatrixAccess): string => source(m) + (m.columnStride === 1 ? "" : "ᵀ");
      const batch = step.batch.length > 0 ? `${step.batch.join("x")} times ` : "";
      return `${name(step.c.slot)} = matmul ${batch}${step.m}x${step.k} by ${step.k}x${step.n}: ${matrix(step.a)} · ${matrix(step.b)}`;
    }
    case "conv":
      return `${name(step.output.slot)} = conv ${step.attributes.mode} of ${source(step.a)} (${step.a.shape.join("x")}) and ${source(step.b)} (${step.b.shape.join("x")})`;
    case "attention": {
      const { attributes, batch, queries, keys, inputs, output } = step;
      const operands = inputs.map(source).join(", ");
      return `${name(output.slot)} = attention ${attributes.mode} of ${[...batch, queries].join("x")} queries and ${keys} keys: ${operands}`;
    }
    case "gather":
      return `${name(step.output.slot)} = gather from ${source(step.input)} at ${source(step.index)}`;
    case "scatterAdd":
      return `${name(step.output.slot)} = scatterAdd of ${source(step.source)} at ${source(step.index)}`;
    default:
      return `${name(step.output.slot)} = ${step.kind} of ${source(step.input)}`;
  }
}

function describeLoop(step: LoopStep, name: (slot: number) => string): string {
  const { outer, inner, instructions, phases } = step;
  const over = [outer.length > 0 ? outer.join("x") : "1", ...(inner.length > 0 ? [`folding ${inner.join("x")}`] : [])];
  const text = (position: number): string => expression(instructions, position, name, step);
  const stores = phases.flatMap((phase) => phase.stores.map((store) => `${name(store.slot)} = ${text(store.value)}`));
  return `loop over ${over.join(", ")}: ${stores.join("; ")}`;
}

/** An instruction with its operands written out. */
function expression(
  all: readonly Instruction[],
  position: number,
  name: (slot: number) => string,
  step: LoopStep,
): string {
  const of = (operand: number): string => expression(all, operand, name, step);
  const instruction = all[position];
  switch (instruction.op) {
    case "load":
      return name(instruction.slot);
    case "scalar":
      return `s${instruction.index}`;
    case "constant":
      return String(instruction.value);
    case "index":
      return "index";
    case "inside":
      return "inside";
    case "randomBits":
      return "randomBits";
    case "reduced": {
      const reduction = step.phases.flatMap((phase) => phase.reductions).find(({ id }) => id === instruction.id);
      return reduction === undefined ? "reduced" : `${reduction.kind}(${of(reduction.value)})`;
    }
    case "where":
      return `where(${of(instruction.a)}, ${of(instruction.b)}, ${of(instruction.c)})`;
    case "cast":
      return `${instruction.dtype}(${of(instruction.a)})`;
    default:
      return "b" in instruction
        ? `${instruction.op}(${of(instruction.a)}, ${of(instruction.b)})`
        : `${instruction.op}(${of(instruction.a)})`;
  }
}
