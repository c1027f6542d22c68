const said = new Set<string>();

/** Tells the user something that happens instead of what was to be expected; the same thing once only. */
export function sayOnce(text: string): void {
  if (said.has(text)) return;
  said.add(text);
  console.warn(text);
}
