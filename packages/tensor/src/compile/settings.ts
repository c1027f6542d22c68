/** Something that a compiled function may depend on besides variables: a module's mode, an optimizer's flags. */
export interface HasSettings {
  /** What a recording takes as given: numbers, texts, flags, and objects that must stay the same ones. */
  settings(): Iterable<unknown>;
}

/** Numbers of objects and functions, which have no text that tells them apart. */
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** The settings of some objects as a text that is another one where any of them has changed. */
export class SettingsReader {
  readonly #sources: readonly HasSettings[];
  #values: unknown[] = [];
  #key = "";

  constructor(state: readonly object[]) {
    this.#sources = state.filter(
      (item): item is HasSettings => typeof (item as Partial<HasSettings>).settings === "function",
    );
  }

  read(): string {
    if (this.#sources.length === 0) return "";
    const values: unknown[] = [];
    for (const source of this.#sources) {
      for (const value of source.settings()) values.push(value);
    }
    // Mostly nothing has changed, and then nothing is written.
    const before = this.#values;
    if (values.length !== before.length || values.some((value, i) => !Object.is(value, before[i]))) {
      this.#values = values;
      this.#key = values.map(describe).join();
    }
    return this.#key;
  }
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Object.is(value, -0)) return "-0";
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return String(value);
  let identity = identities.get(value);
  if (identity === undefined) identities.set(value, (identity = ++lastIdentity));
  return `#${identity}`;
}
