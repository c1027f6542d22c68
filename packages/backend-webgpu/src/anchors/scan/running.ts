import type { KernelWriter } from "../../kernel/kernel-writer.ts";
import { valueType } from "../../kernel/value-type.ts";
import { type Fold, combine, identity, isFloatSum } from "../../loop/fold.ts";

/** Declares `total`, which values are folded into one after the other. */
export function declareTotal(writer: KernelWriter, fold: Fold): void {
  writer.line(`var total: ${valueType[fold.dtype]} = ${identity(writer, fold)};`);
  // What rounding took from a float sum (Kahan, "Further remarks on reducing truncation errors", CACM 8, 1965).
  if (isFloatSum(fold)) writer.line("var lost = 0.0f;");
}

/** Folds `value`, a name, into `total`. */
export function foldIntoTotal(writer: KernelWriter, fold: Fold, value: string): void {
  if (!isFloatSum(fold)) {
    writer.line(`total = ${combine(writer, fold, "total", value)};`);
    return;
  }
  writer.line(`let term = ${value} - lost;`);
  writer.line("let sum = total + term;");
  writer.line("let rest = (sum - total) - term;");
  // An infinity loses nothing: subtracted from itself it would be NaN.
  writer.line("lost = select(0.0f, rest, abs(rest) <= abs(sum));");
  writer.line("total = sum;");
}
