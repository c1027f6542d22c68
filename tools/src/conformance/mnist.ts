import type { Api } from "./api.ts";
import type { Folder } from "./folder.ts";
import { UsageError, Unsupported } from "./outcome.ts";
import { isRecord, messageOf } from "./read.ts";

/** Images and labels of one half of MNIST, in the order of the files. */
export interface Images {
  readonly pixels: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
}

/** Reads the files with the idx reader of our own, once. */
export class Mnist {
  readonly #api: Api;
  readonly #folder: Folder | undefined;
  readonly #halves = new Map<string, Promise<Images>>();

  /** @param folder undefined if there is no MNIST at hand: cases that need it are then unsupported */
  constructor(api: Api, folder: Folder | undefined) {
    this.#api = api;
    this.#folder = folder;
  }

  half(prefix: "train" | "t10k"): Promise<Images> {
    const images = this.#halves.get(prefix) ?? this.#read(prefix);
    this.#halves.set(prefix, images);
    return images;
  }

  async #read(prefix: string): Promise<Images> {
    const images = await this.#readFile(`${prefix}-images-idx3-ubyte`, 3);
    const labels = await this.#readFile(`${prefix}-labels-idx1-ubyte`, 1);
    const [count, height, width] = images.shape;
    if (labels.shape[0] !== count)
      throw new UsageError(`MNIST has ${count} ${prefix} images, ${labels.shape[0]} labels`);
    return { pixels: images.data, labels: labels.data, height, width };
  }

  async #readFile(name: string, rank: number): Promise<{ shape: number[]; data: ArrayLike<number> }> {
    const folder = this.#folder;
    if (folder === undefined) throw new Unsupported("needs the MNIST files: give their folder with --data");
    const readIdx = this.#api.from("@minima/data").lookup("readIdx");
    const file = folder.pathOf(name);
    const bytes = (await folder.read(`${name}.gz`)) ?? (await folder.read(name));
    if (bytes === undefined) throw new UsageError(`there is no ${file} or ${file}.gz`);
    let result: unknown;
    try {
      result = await readIdx(bytes, file);
    } catch (error) {
      throw new UsageError(messageOf(error), { cause: error });
    }
    if (!isRecord(result) || !Array.isArray(result.shape))
      throw new TypeError("readIdx does not return { shape, data }");
    if (result.shape.length !== rank)
      throw new UsageError(`${file}: expected ${rank} axes, found ${result.shape.length}`);
    return result as { shape: number[]; data: ArrayLike<number> };
  }
}
