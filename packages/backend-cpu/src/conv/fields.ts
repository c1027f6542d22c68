import { i32, type FunctionBuilder, type Local } from "../wasm/index.ts";

/** A record of 32-bit integers in memory: how JavaScript tells a function more than parameters could carry. */
export interface Fields<Name extends string> {
  readonly bytes: number;
  /** Appends loads of all fields, and gives them as variables. */
  read(f: FunctionBuilder, pointer: Local<"i32">): Readonly<Record<Name, Local<"i32">>>;
  /** The words of a record; fields without a value are zero. */
  words(values: Readonly<Partial<Record<Name, number>>>): Int32Array;
  /** Sets fields of a record. */
  set(words: Int32Array, values: Readonly<Partial<Record<Name, number>>>): void;
}

/** A record of the named fields, in this order. */
export function defineFields<const Name extends string>(names: readonly Name[]): Fields<Name> {
  const indices = new Map(names.map((name, i): [string, number] => [name, i]));
  const set = (words: Int32Array, values: Readonly<Partial<Record<Name, number>>>): void => {
    for (const [name, value] of Object.entries(values)) {
      const index = indices.get(name);
      if (index !== undefined) words[index] = value as number;
    }
  };
  return {
    bytes: 4 * names.length,
    read: (f, pointer) =>
      Object.fromEntries(names.map((name, i) => [name, f.let(i32.load(pointer, 4 * i))])) as Record<Name, Local<"i32">>,
    words: (values) => {
      const words = new Int32Array(names.length);
      set(words, values);
      return words;
    },
    set,
  };
}
