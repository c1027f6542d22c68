/** The points of the lane loop that one round of written code stands for. */
export interface Segment {
  /** How many vectors are worked on side by side. */
  readonly copies: number;
  /** Lanes in use of each: 4, or fewer in the remainder (then there is one copy). */
  readonly lanes: number;
}

/** Outside of the lane loop: one value for all lanes. */
export const uniform: Segment = { copies: 1, lanes: 1 };
