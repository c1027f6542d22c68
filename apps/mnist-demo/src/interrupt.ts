/** Asks for a clean end on the first Ctrl-C (or SIGTERM). */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** 128 + the number of the signal that came; null if none has. */
  readonly exitCode: () => number | null;
  /** Gives the signals back to the system. */
  readonly dispose: () => void;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Listens for the first signal; a second one ends the process at once, as it would without a listener. */
export function listenForInterrupt(): Interrupt {
  const controller = new AbortController();
  let code: number | null = null;
  const first = (name: "SIGINT" | "SIGTERM"): void => {
    dispose();
    code = codes[name];
    controller.abort();
  };
  const dispose = (): void => {
    process.off("SIGINT", first);
    process.off("SIGTERM", first);
  };
  process.on("SIGINT", first);
  process.on("SIGTERM", first);
  return { signal: controller.signal, exitCode: () => code, dispose };
}
