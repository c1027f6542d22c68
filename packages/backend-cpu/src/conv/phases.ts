/** The positions i = phase + u·stride of one axis of x, and the taps t with (i + pad - t·dilation) divisible by the stride. */
export interface Phase {
  readonly phase: number;
  readonly count: number;
  readonly taps: number;
  /** The last tap that fits comes first, so that positions in y ascend. */
  readonly filterOffset: number;
  readonly filterStep: number;
  /** Position in y of the first tap of u = 0, and the distance to that of the next tap. */
  readonly first: number;
  readonly tapStep: number;
}

/** All phases of an axis that meet a tap; `extent` is that of x. */
export function phasesOf(extent: number, window: number, stride: number, dilation: number, padBefore: number): Phase[] {
  const phases: Phase[] = [];
  for (let phase = 0; phase < Math.min(stride, extent); phase++) {
    const fitting: number[] = [];
    for (let tap = window - 1; tap >= 0; tap--) {
      if ((phase + padBefore - tap * dilation) % stride === 0) fitting.push(tap);
    }
    if (fitting.length === 0) continue;
    const distance = fitting.length > 1 ? fitting[0] - fitting[1] : 1;
    phases.push({
      phase,
      count: Math.ceil((extent - phase) / stride),
      taps: fitting.length,
      filterOffset: fitting[0],
      filterStep: -distance,
      first: (phase + padBefore - fitting[0] * dilation) / stride,
      tapStep: fitting.length > 1 ? (distance * dilation) / stride : 1,
    });
  }
  return phases;
}
