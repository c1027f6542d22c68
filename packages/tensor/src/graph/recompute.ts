import type { Node } from "./node.ts";

/** The generator states that a function drew from, in order. */
type Draws = readonly Node[];

let recording: Node[] | null = null;
let replaying: { readonly draws: Draws; next: number } | null = null;

/** Runs a function and notes what it draws from generators. */
export function recordDraws<T>(fn: () => T): [T, Draws] {
  const before = recording;
  const own: Node[] = [];
  recording = own;
  try {
    return [fn(), own];
  } finally {
    recording = before;
    before?.push(...own);
  }
}

/** Runs a function again for its values alone: it draws the same bits, moves no generator and assigns no variable. */
export function recompute<T>(draws: Draws, fn: () => T): T {
  const before = replaying;
  replaying = { draws, next: 0 };
  try {
    return fn();
  } finally {
    replaying = before;
  }
}

/** Whether effects are to be left out now. */
export function isRecomputing(): boolean {
  return replaying !== null;
}

/** The state to draw from: that of the first run while recomputing, else a new one, which is noted. */
export function drawFrom(makeState: () => Node): Node {
  const known = replaying?.draws[replaying.next++];
  if (known !== undefined) return known;
  const state = makeState();
  recording?.push(state);
  return state;
}
