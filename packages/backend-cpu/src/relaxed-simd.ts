import { MinimaError, ValueError } from "@minima/tensor";

/** Whether kernels use relaxed SIMD: what is asked for, or what the engine has where nobody asks. */
export function chooseRelaxedSimd(wanted: boolean | undefined, isThere: boolean): boolean {
  if (wanted === undefined) return isThere;
  if (typeof wanted !== "boolean") {
    throw new ValueError(`cpu: relaxedSimd ${String(wanted)} must be true, false or undefined`);
  }
  if (wanted && !isThere) {
    throw new MinimaError(
      "cpu: relaxedSimd: this engine has no relaxed SIMD, Node has it from version 22 on and Chrome from 114 on; leave the " +
        "option out to have it where it is",
    );
  }
  return wanted;
}
