import { ByteWriter } from "./byte-writer.ts";
import { operand, writeMemoryArgument } from "./expressions.ts";
import { callExpression, type Arguments, type FunctionReference, type Parameters } from "./function-reference.ts";
import { miscPrefix, writeOpcode } from "./instruction.ts";
import {
  laneStoreInstructions,
  storeInstructions,
  type LaneStoreName,
  type Stored,
  type StoreName,
} from "./memory-instructions.ts";
import { i32 } from "./namespaces.ts";
import { valueTypeCode, type Expression, type Local, type Operand, type ValueType } from "./types.ts";

/** Where a branch goes to: the end of a block, or the start of a loop. Valid inside the callback it was given to. */
export interface Label {
  readonly depth: number;
}

const noResult = 0x40;

/** Appends statements to the body of one function. Obtained from `ModuleBuilder.function`. */
export class FunctionBuilder {
  readonly #code = new ByteWriter();
  readonly #entryCode = new ByteWriter();
  readonly #localTypes: ValueType[] = [];
  readonly #parameterCount: number;
  readonly #openLabels: Label[] = [];

  constructor(parameterCount: number) {
    this.#parameterCount = parameterCount;
  }

  /** Declares a variable. All variables are zero when the function is entered, and only then. */
  local<T extends ValueType>(type: T): Local<T> {
    this.#localTypes.push(type);
    return this.variable(type, this.#parameterCount + this.#localTypes.length - 1);
  }

  /** The variable with a given index; parameters come first. */
  variable<T extends ValueType>(type: T, index: number): Local<T> {
    const own = this.#code;
    return {
      type,
      index,
      emit(code) {
        if (code !== own) throw new Error(`local ${index} was used in a function that it does not belong to`);
        code.byte(0x20).unsigned(index);
      },
    };
  }

  /** Declares a variable and sets it: evaluates `value` once, here. */
  let<T extends ValueType>(value: Expression<T>): Local<T> {
    const local = this.local(value.type);
    this.set(local, value);
    return local;
  }

  /**
   * As `let`, but evaluated when the function is entered, wherever it is asked for: for constants used in loops. The
   * value must not depend on variables.
   */
  letAtEntry<T extends ValueType>(value: Expression<T>): Local<T> {
    const local = this.local(value.type);
    value.emit(this.#entryCode);
    this.#entryCode.byte(0x21).unsigned(local.index);
    return local;
  }

  /** `local = value` */
  set<T extends ValueType>(local: Local<T>, value: Operand<NoInfer<T>>): this {
    operand(local.type, value).emit(this.#code);
    this.#code.byte(0x21).unsigned(local.index);
    return this;
  }

  /** `local += amount`, for counters and pointers. */
  increment(local: Local<"i32">, amount: Operand<"i32">): this {
    return this.set(local, i32.add(local, amount));
  }

  /** Stores `value` at the byte `address + offset`; any alignment will do. */
  store<Name extends StoreName>(name: Name, address: Operand<"i32">, value: Operand<Stored<Name>>, offset = 0): this {
    const chosen = storeInstructions[name];
    operand("i32", address).emit(this.#code);
    operand<ValueType>(chosen.type, value).emit(this.#code);
    writeOpcode(this.#code, chosen);
    writeMemoryArgument(this.#code, offset);
    return this;
  }

  /** Stores one lane of `vector` at the byte `address + offset`. */
  storeLane(name: LaneStoreName, lane: number, address: Operand<"i32">, vector: Expression<"v128">, offset = 0): this {
    operand("i32", address).emit(this.#code);
    operand("v128", vector).emit(this.#code);
    writeOpcode(this.#code, laneStoreInstructions[name]);
    writeMemoryArgument(this.#code, offset);
    this.#code.byte(lane);
    return this;
  }

  /** Sets `byteCount` bytes from `address` on to the low byte of `value`. */
  fillMemory(address: Operand<"i32">, value: Operand<"i32">, byteCount: Operand<"i32">): this {
    for (const input of [address, value, byteCount]) operand("i32", input).emit(this.#code);
    this.#code.byte(miscPrefix).unsigned(11).byte(0);
    return this;
  }

  /** Runs `whenTrue` if the i32 `condition` is not zero, else `whenFalse`. */
  if(condition: Operand<"i32">, whenTrue: () => void, whenFalse?: () => void): this {
    operand("i32", condition).emit(this.#code);
    this.#nest(0x04, () => {
      whenTrue();
      if (whenFalse === undefined) return;
      this.#code.byte(0x05);
      whenFalse();
    });
    return this;
  }

  /** Runs `body`; a branch to its label leaves it. */
  block(body: (leave: Label) => void): this {
    this.#nest(0x02, body);
    return this;
  }

  /** Runs `body` once; a branch to its label starts it again. */
  loop(body: (again: Label) => void): this {
    this.#nest(0x03, body);
    return this;
  }

  /** Runs `body` as long as `condition` is not zero. */
  while(condition: Expression<"i32">, body: () => void): this {
    return this.if(condition, () => {
      this.loop((again) => {
        body();
        this.branchIf(again, condition);
      });
    });
  }

  /**
   * `for (let index = from; index < to; index += step)`, as signed integers, with `step` > 0. `to` and `step` are
   * evaluated once, before the first round.
   */
  forRange(
    range: { from?: Operand<"i32">; to: Operand<"i32">; step?: Operand<"i32"> },
    body: (index: Local<"i32">) => void,
  ): this {
    const once = (value: Operand<"i32">): Operand<"i32"> => (typeof value === "number" ? value : this.let(value));
    const [to, step] = [once(range.to), once(range.step ?? 1)];
    const index = this.local("i32");
    this.set(index, range.from ?? 0);
    return this.while(i32.lt_s(index, to), () => {
      body(index);
      this.increment(index, step);
    });
  }

  /** Goes to `label`. */
  branch(label: Label): this {
    this.#code.byte(0x0c).unsigned(this.#distance(label));
    return this;
  }

  /** Goes to `label` if the i32 `condition` is not zero. */
  branchIf(label: Label, condition: Operand<"i32">): this {
    operand("i32", condition).emit(this.#code);
    this.#code.byte(0x0d).unsigned(this.#distance(label));
    return this;
  }

  /** Calls a function that has no result; for one with a result see `call` of expressions. */
  call<P extends Parameters>(callee: FunctionReference<P, null>, argumentValues: Arguments<P>): this {
    callExpression(callee, argumentValues).emit(this.#code);
    return this;
  }

  /** Leaves the function, with `value` as its result if it has one. */
  return(value?: Expression): this {
    value?.emit(this.#code);
    this.#code.byte(0x0f);
    return this;
  }

  /** Traps: the caller in JavaScript gets a `WebAssembly.RuntimeError`. */
  unreachable(): this {
    this.#code.byte(0x00);
    return this;
  }

  /** The body in the binary format: declarations of locals, code, and `result` left on the stack. */
  finish(result: Expression | null): ByteWriter {
    result?.emit(this.#code);
    const groups: { type: ValueType; count: number }[] = [];
    for (const type of this.#localTypes) {
      const last = groups.at(-1);
      if (last?.type === type) last.count++;
      else groups.push({ type, count: 1 });
    }
    const body = new ByteWriter().unsigned(groups.length);
    for (const { type, count } of groups) body.unsigned(count).byte(valueTypeCode[type]);
    return body.bytes(this.#entryCode.view()).bytes(this.#code.view()).byte(0x0b);
  }

  #nest(opcode: number, body: (label: Label) => void): void {
    const label = { depth: this.#openLabels.length };
    this.#openLabels.push(label);
    this.#code.byte(opcode).byte(noResult);
    body(label);
    this.#code.byte(0x0b);
    this.#openLabels.pop();
  }

  #distance(label: Label): number {
    if (this.#openLabels[label.depth] !== label) throw new Error("branch to a block or loop that does not enclose it");
    return this.#openLabels.length - 1 - label.depth;
  }
}
