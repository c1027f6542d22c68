/**
 * The words of shared memory through which the main thread hands out work, as indices into an Int32Array over the
 * control block. Words that different threads write lie on cache lines of their own.
 *
 * A *job* is one kernel run for a number of parts, each with arguments of its own. Threads draw the numbers of parts
 * from `ticket` until none is left; whoever draws a part runs it, so a job never waits for a thread that is parked or
 * not there yet. Job numbers go with the tickets and the size of the job, in one word each, so that a thread that comes
 * late sees that the ticket it drew belongs to no job, or to the next one, and acts on what it really drew.
 */
export const control = {
  /** Number of the job; parked threads wait for it to change. */
  job: 0,
  /** Low half of the job's number (upper 16 bits), next part (lower 16 bits). */
  ticket: 16,
  /** Low half of the job's number (upper 16 bits), count of parts (lower 16 bits). */
  size: 32,
  /** The kernel to run, by number. */
  kernel: 33,
  /** How many arguments each part has. */
  argumentCount: 34,
  /** Parts done. */
  done: 48,
  /** When a part threw, the length of the message. */
  failed: 64,
  /** How many kernels there are, and the address of the record of the first. */
  kernelCount: 65,
  firstRecord: 66,
  /** Set when threads are to end. */
  stop: 67,
  /** How many threads have started. */
  started: 80,
  /** The arguments of the parts, one row a part. */
  arguments: 96,
  /** The message of an error, one byte a word. */
  message: 15872,
};

/** Words of the control block. */
export const controlWords = 16384;

/** Words of a kernel's record: address and length of its module, of the name of its function, and the next record. */
export const record = { module: 0, moduleBytes: 1, name: 2, nameBytes: 3, next: 4, words: 5 };
