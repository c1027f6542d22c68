import asciichart from "asciichart";
import type { CurvePoint, EvaluationRecord } from "@minima/train";

const width = 64;
const rowsOfChart = 10;
/** Columns for the numbers of the axis. */
const axis = 8;
const mark = "●";
/** Those of asciichart, but nothing special where the exponent is 0 and where the line begins. */
const symbols: asciichart.PlotConfig["symbols"] = ["┤", "┤", "╶", "╴", "─", "╰", "╭", "╮", "╯", "│"];

/** Losses below this are drawn as this: the axis is logarithmic. */
const least = 1e-6;

/**
 * The training loss over the updates as a line, with a mark for each validation loss, on a logarithmic axis; null where
 * there is no line to draw: fewer than two points, or a loss that is not finite.
 */
export function lossChart(curve: readonly CurvePoint[], evaluations: readonly EvaluationRecord[]): string | null {
  const line = curve.map(({ update, loss }) => ({ update, height: logarithm(loss) }));
  const marks = evaluations.map(({ update, validationLoss }) => ({ update, height: logarithm(validationLoss) }));
  const heights = [...line, ...marks].map((point) => point.height);
  if (line.length < 2 || !heights.every(Number.isFinite)) return null;
  const first = curve[0].update;
  const last = curve[curve.length - 1].update;
  const series = Array.from({ length: width }, (_, i) => heightAt(line, first + ((last - first) * i) / (width - 1)));
  // A loss that stays as it is gets an axis too.
  const margin = Math.max(...heights) - Math.min(...heights) < 1e-3 ? 0.05 : 0;
  const min = Math.min(...heights) - margin;
  const max = Math.max(...heights) + margin;
  const format = (exponent: number): string => (10 ** exponent).toPrecision(2).padStart(axis);
  const options = { height: rowsOfChart, min, max, offset: 2, format, symbols };
  const rows = asciichart.plot(series, options).split("\n").map((row) => [...row]); // prettier-ignore
  const ratio = rowsOfChart / (max - min);
  for (const { update, height } of marks) {
    if (update < first) continue;
    const column = axis + Math.round(((update - first) / (last - first)) * (width - 1));
    rows[rows.length - 1 - (Math.round(height * ratio) - Math.round(min * ratio))][column] = mark;
  }
  const lines = rows.map((row) => row.join("").trimEnd());
  const legend = evaluations.length > 0 ? `training loss (line) and validation loss (${mark})` : "training loss";
  return [...lines, `${" ".repeat(axis + 1)}${legend}, updates ${first} to ${last}`].join("\n");
}

/** A point of the chart. */
interface Point {
  readonly update: number;
  readonly height: number;
}

function logarithm(loss: number): number {
  return Math.log10(Math.max(loss, least));
}

/** The height at an update, on the straight line between two points. */
function heightAt(line: readonly Point[], update: number): number {
  const next = line.findIndex((point) => point.update >= update);
  const after = line[next === -1 ? line.length - 1 : next];
  if (next <= 0) return after.height;
  const before = line[next - 1];
  const share = (update - before.update) / (after.update - before.update);
  return before.height + share * (after.height - before.height);
}
