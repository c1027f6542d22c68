import type { Backend, Bindings, Program, Step } from "@minima/tensor";

/** What one step of the programs that ran took. */
export interface StepTimes {
  readonly step: Step;
  /** Milliseconds of each run. */
  readonly times: number[];
}

interface ProfiledProgram extends Program {
  readonly parts: readonly (StepTimes & { readonly program: Program })[];
}

/**
 * A synchronous backend that times the steps of its programs: each is compiled as a program of its own. What a backend
 * gains by running two steps as one is kept for pooling, whose pairs stay together.
 */
export function profilingBackend(backend: Backend): { readonly backend: Backend; readonly steps: () => StepTimes[] } {
  const programs = new Set<ProfiledProgram>();
  const compile = (steps: readonly Step[]): ProfiledProgram => {
    const parts = partsOf(steps).map((part) => {
      const program = backend.compile(part);
      if (program instanceof Promise) throw new TypeError(`${backend.name} compiles in the background`);
      return { step: part[0], times: [], program };
    });
    return { steps, parts };
  };
  const submit = (program: Program, bindings: Bindings): void => {
    const profiled = program as ProfiledProgram; // from `compile` above
    programs.add(profiled);
    for (const { program: part, times } of profiled.parts) {
      const start = performance.now();
      backend.submit(part, bindings);
      times.push(performance.now() - start);
    }
  };
  return {
    backend: { ...backend, compile, submit },
    steps: () => [...programs].flatMap(({ parts }) => parts),
  };
}

function partsOf(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [];
  for (const step of steps) {
    const before = parts[parts.length - 1];
    if (step.kind === "gather" && before?.length === 1 && before[0].kind === "poolIndex") before.push(step);
    else parts.push([step]);
  }
  return parts;
}
