import { ByteWriter } from "./byte-writer.ts";
import { FunctionBuilder } from "./function-builder.ts";
import type { FunctionReference, ParameterLocals, Parameters } from "./function-reference.ts";
import { valueTypeCode, type Expression, type ValueType } from "./types.ts";

/** Where a module built here expects its memory: `new WebAssembly.Instance(module, { env: { memory } })`. */
export const memoryImport = { module: "env", name: "memory" } as const;

/** Most pages of 64 KiB that a memory with 32-bit addresses can have: 4 GiB. */
export const maximumPages = 65536;

/** A shared memory has to say how far it can grow. Where address space is scarce that is less, but not below 256 MiB. */
export const leastMaximumPages = 4096;

/** The signature of a function. `result` is left out if there is none. */
export interface Signature<P extends Parameters, R extends ValueType | null> {
  readonly name: string;
  readonly parameters: P;
  readonly result?: R;
}

/** What the callback that writes a function's body returns: the result as an expression, or nothing. */
export type BodyResult<R extends ValueType | null> = R extends ValueType ? Expression<R> : void;

interface Import {
  readonly module: string;
  readonly name: string;
  readonly description: ByteWriter;
}

/** Collects imports and functions, and writes them as a WebAssembly module. */
export class ModuleBuilder {
  readonly #typeIndices = new Map<string, number>();
  readonly #types: ByteWriter[] = [];
  readonly #imports: Import[] = [];
  readonly #importedFunctionNames: string[] = [];
  readonly #functions: { name: string; typeIndex: number; exported: boolean; body: ByteWriter | null }[] = [];

  /**
   * Imports the memory that all loads and stores use. A memory that is shared between threads must be declared so, and
   * the engine checks that the two agree. Any size is accepted.
   */
  importMemory({ shared }: { shared: boolean }): this {
    const limits = new ByteWriter().byte(0x02);
    if (shared) limits.byte(0x03).unsigned(0).unsigned(maximumPages);
    else limits.byte(0x00).unsigned(0);
    this.#imports.push({ ...memoryImport, description: limits });
    return this;
  }

  /** Imports the function `name` of the import object's `module`. Imports come before the first definition. */
  importFunction<const P extends Parameters, R extends ValueType | null = null>(
    module: string,
    signature: Signature<P, R>,
  ): FunctionReference<P, R> {
    if (this.#functions.length > 0)
      throw new Error(`import ${signature.name} before defining functions: it takes an index`);
    const { name } = signature;
    const description = new ByteWriter().byte(0x00).unsigned(this.#typeIndex(signature));
    this.#imports.push({ module, name, description });
    this.#importedFunctionNames.push(name);
    return reference(signature, this.#importedFunctionNames.length - 1);
  }

  /**
   * Defines a function. `body` is called at once with a builder and the parameters as variables, and returns the
   * function's result as an expression if the signature has one. Exported under its name if `exported` is set.
   */
  function<const P extends Parameters, R extends ValueType | null = null>(
    signature: Signature<P, R> & { readonly exported?: boolean },
    body: (f: FunctionBuilder, parameters: ParameterLocals<P>) => BodyResult<NoInfer<R>>,
  ): FunctionReference<P, R> {
    const { name, exported = false } = signature;
    const index = this.#importedFunctionNames.length + this.#functions.length;
    const types = Object.entries(signature.parameters);
    const f = new FunctionBuilder(types.length);
    const parameters = Object.fromEntries(types.map(([parameter, type], i) => [parameter, f.variable(type, i)]));
    const entry = { name, exported, typeIndex: this.#typeIndex(signature), body: null as ByteWriter | null };
    this.#functions.push(entry);
    const result = body(f, parameters as ParameterLocals<P>);
    const expected = signature.result ?? null;
    if ((result?.type ?? null) !== expected) {
      throw new TypeError(`the body of ${name} must return ${expected ?? "nothing"}, got ${result?.type ?? "nothing"}`);
    }
    entry.body = f.finish(result ?? null);
    return reference(signature, index);
  }

  /** The module in the binary format. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const imports = this.#imports.map((entry) =>
      new ByteWriter().name(entry.module).name(entry.name).bytes(entry.description.view()),
    );
    const firstIndex = this.#importedFunctionNames.length;
    const exports = this.#functions.flatMap(({ name, exported }, i) =>
      exported
        ? [
            new ByteWriter()
              .name(name)
              .byte(0x00)
              .unsigned(firstIndex + i),
          ]
        : [],
    );
    const bodies = this.#functions.map(({ body, name }) => {
      if (body === null) throw new Error(`function ${name} is not complete`);
      return new ByteWriter().sized(body);
    });
    const magicAndVersion = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const module = new ByteWriter().bytes(magicAndVersion);
    writeSection(module, 1, this.#types);
    writeSection(module, 2, imports);
    writeSection(
      module,
      3,
      this.#functions.map(({ typeIndex }) => new ByteWriter().unsigned(typeIndex)),
    );
    writeSection(module, 7, exports);
    writeSection(module, 10, bodies);
    return this.#writeNames(module).toBytes();
  }

  /** The custom section "name", so that stack traces and profiles show the functions' names. */
  #writeNames(module: ByteWriter): ByteWriter {
    const names = [...this.#importedFunctionNames, ...this.#functions.map(({ name }) => name)];
    const map = new ByteWriter().unsigned(names.length);
    names.forEach((name, i) => map.unsigned(i).name(name));
    const section = new ByteWriter().name("name").byte(1).sized(map);
    return module.byte(0).sized(section);
  }

  #typeIndex({ parameters, result }: Signature<Parameters, ValueType | null>): number {
    const types = Object.values(parameters);
    const results = result == null ? [] : [result];
    const key = `${types.join()}->${results.join()}`;
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      index = this.#types.length;
      const type = new ByteWriter().byte(0x60);
      for (const list of [types, results]) {
        type.unsigned(list.length);
        for (const each of list) type.byte(valueTypeCode[each]);
      }
      this.#types.push(type);
      this.#typeIndices.set(key, index);
    }
    return index;
  }
}

function reference<P extends Parameters, R extends ValueType | null>(
  { name, parameters, result }: Signature<P, R>,
  index: number,
): FunctionReference<P, R> {
  return { name, index, parameters, result: (result ?? null) as R };
}

/** A section is its number, its length in bytes, and a list of entries with their count in front. Empty ones are left out. */
function writeSection(module: ByteWriter, id: number, entries: readonly ByteWriter[]): void {
  if (entries.length === 0) return;
  const section = new ByteWriter().unsigned(entries.length);
  for (const entry of entries) section.bytes(entry.view());
  module.byte(id).sized(section);
}
