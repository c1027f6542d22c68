import { resolve } from "node:path";
import { UsageError } from "./errors.ts";
import { reportBytes } from "./json-report.ts";
import type { DemoOptions } from "./options.ts";
import { OutputFile } from "./output-file.ts";
import { modelBytes } from "./saved-model.ts";

type Encode = () => Uint8Array | Promise<Uint8Array>;

/** The files that the options ask for. */
export class OutputFiles {
  readonly #save: OutputFile | null;
  readonly #json: OutputFile | null;
  readonly #epochs: number;

  /** @throws UsageError if both would go to the same place */
  constructor({ save, json, epochs }: Pick<DemoOptions, "save" | "json" | "epochs">) {
    if (save !== undefined && json !== undefined && resolve(save) === resolve(json)) {
      throw new UsageError(`--save and --json both name ${save}; give each a file of its own`);
    }
    this.#save = save === undefined ? null : new OutputFile("save", save);
    this.#json = json === undefined ? null : new OutputFile("json", json);
    this.#epochs = epochs;
  }

  /**
   * Finds out what would stop the files from being written.
   *
   * @param parameters - How many numbers the network has, 0 while that is not known.
   * @throws UsageError that says it
   */
  async prepare(parameters: number): Promise<void> {
    await this.#save?.prepare(modelBytes(parameters));
    await this.#json?.prepare(reportBytes(this.#epochs));
  }

  /**
   * Writes the files. If one fails the other is still written, and then the failure thrown.
   *
   * @returns their paths
   */
  async write(contents: { readonly save: Encode; readonly json: Encode }): Promise<string[]> {
    const written: string[] = [];
    const failures: unknown[] = [];
    const write = async (file: OutputFile | null, encode: Encode): Promise<void> => {
      if (file === null) return;
      try {
        await file.write(await encode());
        written.push(file.path);
      } catch (error) {
        failures.push(error);
      }
    };
    await write(this.#save, contents.save);
    await write(this.#json, contents.json);
    if (failures.length > 0) throw failures[0];
    return written;
  }
}
