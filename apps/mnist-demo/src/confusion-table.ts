/**
 * A confusion matrix as text: row i, column j is how many images of class i were taken for class j; a dot for none.
 *
 * @param classes - Their names; where a name is more than its number, the row shows both.
 */
export function confusionTable(matrix: readonly (readonly number[])[], classes: readonly string[]): string {
  const labels = classes.map((name, i) => (name === String(i) ? name : `${i} ${name}`));
  const label = Math.max(...labels.map((text) => text.length));
  const cell = Math.max(...matrix.flat().map((count) => String(count).length), String(classes.length - 1).length) + 1;
  const line = (head: string, cells: readonly string[]): string =>
    `  ${head.padEnd(label)} ${cells.map((text) => text.padStart(cell)).join("")}`;
  return [
    line("", classes.map((_, i) => String(i))), // prettier-ignore
    ...matrix.map((row, i) => line(labels[i], row.map((count) => (count === 0 ? "." : String(count))))), // prettier-ignore
  ].join("\n");
}
