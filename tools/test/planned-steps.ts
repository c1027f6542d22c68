import { cpu } from "@minima/backend-cpu";
import { type Backend, type BackendProfile, type Step, setBackend } from "@minima/tensor";
import type { Work } from "../src/bench/case.ts";

/** The steps of a compiled training step as they are planned for a backend of some profile, without being run. */
export async function plannedSteps(make: () => Work, profile: Partial<BackendProfile>): Promise<readonly Step[]> {
  const device = cpu();
  let steps: readonly Step[] = [];
  const planned: Backend = {
    ...device,
    profile: { ...device.profile, ...profile },
    compile(compiled) {
      steps = compiled;
      return device.compile([]);
    },
    submit: () => undefined,
  };
  setBackend(planned);
  const work = make();
  for (let i = 0; i < 2; i++) await work.run(); // the first also computes what the second finds
  device.dispose();
  return steps;
}
