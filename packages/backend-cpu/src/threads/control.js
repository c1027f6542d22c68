/**
 * The words of shared memory through which the main thread hands out work, as indices into an Int32Array over the
 * control block. Words that different threads write lie on cache lines of their own.
 *
 * A *job* is one kernel run for a number of parts, each with arguments of its own. Threads draw the numbers of parts
 * from `ticket` until none is left; whoever draws a part runs it, so a job never waits for a thread that is parked or
 * not there yet. Job numbers go with the tickets and the size of the job, in one word each, so that a thread that comes
 * late sees that the ticket it drew belongs to no job, or to the next one, and acts on what it really drew.
 *
 * A thread says that it is `busy` before it looks at any of this, and no longer when it has left the job. So the main
 * thread knows whom a part that is not done can be with, and when nobody reads what a job pointed to.
 */
export const control = {
  /** Changes with each job; parked threads wait for that. */
  job: 0,
  /** Number of the job (upper 16 bits), next part (lower 16 bits). */
  ticket: 16,
  /** Number of the job (upper 16 bits), count of parts (lower 16 bits); no parts between jobs. */
  size: 32,
  /** The kernel to run: its number, and the address of its module's record. */
  kernel: 33,
  module: 34,
  /** How many arguments each part has. */
  argumentCount: 35,
  /** Parts done, and whether the main thread is parked until that changes. */
  done: 48,
  joining: 49,
  /** When a part threw, the length of the message. */
  failed: 64,
  /** Set when threads are to end. */
  stop: 65,
  /** How many threads are parked. */
  parked: 80,
  /** One cache line for each thread. */
  threads: 96,
  /** The arguments of the parts, one row a part. */
  arguments: 1120,
  /** The message of an error, one UTF-16 code unit a word. */
  message: 15872,
};

/** Words of the control block. */
export const controlWords = 16384;

/** Words of a thread: whether it is up, and whether it may hold a part. */
export const thread = { up: 0, busy: 1, words: 16 };

/** Most threads that there is room for, the main one included. */
export const mostThreads = (control.arguments - control.threads) / thread.words;

/**
 * Words at the head of a module's record: the number of its first kernel, and how many bytes the module and its text
 * have. Behind them lie the module, and the text: the names of the module's kernels in ASCII, one a line.
 */
export const record = { firstKernel: 0, moduleBytes: 1, textBytes: 2, words: 3 };
