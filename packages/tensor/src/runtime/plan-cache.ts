import type { Program } from "../backend.ts";
import type { Plan } from "../planner/plan.ts";

/** A plan with its program, and which interior nodes readers have asked for since. */
export interface CachedPlan {
  readonly key: readonly number[];
  readonly plan: Plan;
  readonly program: Program | Promise<Program>;
  /** Positions that become outputs from the next run on, because somebody read them after a run. */
  readonly wanted: Set<number>;
}

/** Plans by structure, least recently used ones dropped first. */
export class PlanCache {
  readonly #capacity: number;
  readonly #plans = new Map<number, CachedPlan[]>();
  #size = 0;
  last: CachedPlan | null = null;
  /** How often a plan was not there; for tests and `debug`. */
  misses = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get(key: readonly number[]): CachedPlan | undefined {
    const hash = hashOf(key);
    const bucket = this.#plans.get(hash);
    const found = bucket?.find((entry) => equal(entry.key, key));
    this.last = found ?? null;
    if (bucket !== undefined && found !== undefined) {
      this.#plans.delete(hash);
      this.#plans.set(hash, bucket); // most recently used last
    } else {
      this.misses++;
    }
    return found;
  }

  set(entry: CachedPlan): void {
    const hash = hashOf(entry.key);
    const bucket = this.#plans.get(hash);
    if (bucket === undefined) this.#plans.set(hash, [entry]);
    else bucket.push(entry);
    this.#size++;
    while (this.#size > this.#capacity) {
      const oldest = this.#plans.entries().next().value;
      if (oldest === undefined) return;
      this.#plans.delete(oldest[0]);
      this.#size -= oldest[1].length;
    }
  }
}

/** FNV-1a over the numbers. */
function hashOf(key: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key[i], 0x01000193);
  return hash;
}

function equal(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
