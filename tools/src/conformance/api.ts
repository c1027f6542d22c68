import type { Tensor } from "@minima/tensor";
import type { HostTensor } from "@minima/tensor/safetensors";
import { Unsupported } from "./outcome.ts";

/** The exports of a package. */
export type Exports = Readonly<Record<string, unknown>>;

/** The packages that are tested, by name. */
export type Packages = ReadonlyMap<string, Exports>;

type Callable = (...args: readonly unknown[]) => unknown;
type Constructor = new (...args: readonly unknown[]) => object;

/**
 * The public API, looked up by name when a case asks for it, so that the runner works with every state of the packages
 * and a function that is missing makes a case unsupported. What comes back is checked to be what the caller expects.
 */
export class Api {
  readonly #packages: Packages;
  readonly #searched: readonly string[];

  /** @param searched packages in which names are looked up, in this order */
  constructor(packages: Packages, searched: readonly string[] = ["@minima/tensor", "@minima/layers"]) {
    this.#packages = packages;
    this.#searched = searched;
  }

  /** The API of one package. */
  from(packageName: string): Api {
    return new Api(this.#packages, [packageName]);
  }

  /** The functions of an object that is exported, such as `random`. */
  namespace(name: string): Api {
    for (const packageName of this.#searched) {
      const exported = this.#packages.get(packageName)?.[name];
      if (typeof exported === "object" && exported !== null) return new Api(new Map([[name, { ...exported }]]), [name]);
    }
    throw new Unsupported(`${name} is not there yet`);
  }

  /** A function by the first of the names that is exported. */
  lookup(...names: readonly string[]): Callable {
    return this.#find(names) as Callable;
  }

  /** Like {@link lookup}, for a class. */
  class(...names: readonly string[]): Constructor {
    return this.#find(names) as unknown as Constructor; // A class is a function; `new` tells whether it can be built.
  }

  /** Calls a function that returns a tensor. */
  tensor(name: string, ...args: readonly unknown[]): Tensor {
    return asTensor(this.lookup(name)(...args), name);
  }

  /** Calls a function that computes on the host, and promises a tensor. */
  async awaited(name: string, ...args: readonly unknown[]): Promise<Tensor> {
    return asTensor(await this.lookup(name)(...args), name);
  }

  /** Calls a function that returns tensors. */
  tensors(name: string, ...args: readonly unknown[]): Tensor[] {
    const result = this.lookup(name)(...args);
    if (!Array.isArray(result)) throw new TypeError(`${name} does not return a list of tensors`);
    return result.map((item: unknown) => asTensor(item, name));
  }

  /** Calls a function that returns `{ values, indices }`. */
  valuesAndIndices(name: string, ...args: readonly unknown[]): Tensor[] {
    const result = this.lookup(name)(...args);
    if (typeof result !== "object" || result === null || !("values" in result) || !("indices" in result)) {
      throw new TypeError(`${name} does not return { values, indices }`);
    }
    return [asTensor(result.values, name), asTensor(result.indices, name)];
  }

  /** Calls a function that returns, or promises, an object of tensors; gives those of some names. */
  async named(name: string, roles: readonly string[], ...args: readonly unknown[]): Promise<Tensor[]> {
    const result = await this.lookup(name)(...args);
    if (typeof result !== "object" || result === null) throw new TypeError(`${name} does not return an object`);
    return roles.map((role) => asTensor((result as Readonly<Record<string, unknown>>)[role], `${name}: ${role}`));
  }

  /** A new leaf with a copy of the elements, because tensors take over the array that they are given. */
  leaf({ data, shape, dtype }: HostTensor, requiresGrad = false): Tensor {
    return this.tensor("tensor", data.slice(), { shape, dtype, requiresGrad });
  }

  #find(names: readonly string[]): unknown {
    for (const name of names) {
      for (const packageName of this.#searched) {
        const exported = this.#packages.get(packageName)?.[name];
        if (typeof exported === "function") return exported;
      }
    }
    throw new Unsupported(`${names.join(" or ")} is not there yet`);
  }
}

/** Checks that a value is a tensor. */
export function asTensor(value: unknown, from: string): Tensor {
  if (typeof value === "object" && value !== null && "shape" in value && "dtype" in value && "data" in value) {
    return value as Tensor;
  }
  throw new TypeError(`${from} does not return a tensor`);
}

/** The elements of a tensor on the host. */
export async function hostOf(tensor: Tensor): Promise<HostTensor> {
  return { dtype: tensor.dtype, shape: tensor.shape, data: await tensor.data() };
}
