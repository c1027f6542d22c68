import { fileURLToPath } from "node:url";
import { defineConfig, type ViteUserConfig } from "vitest/config";

/** Packages are tested from their sources; must agree with `customConditions` in tsconfig.base.json. */
const sourceCondition = "@minima/source";

/**
 * The test configuration of every package. `vitest run` takes `test/*.test.ts`; `vitest run --mode long` takes
 * `test/*.long.ts`, tests of minutes that `npm run test:long` runs; `vitest run --mode pack` takes `test/*.pack.ts`, of
 * the packages as they are published, that `npm run test:pack` runs.
 */
export function sharedConfig(test: NonNullable<ViteUserConfig["test"]> = {}) {
  return defineConfig(({ mode }) => {
    const kind = mode === "long" || mode === "pack" ? mode : "test";
    const short = kind === "test";
    return {
      resolve: { conditions: [sourceCondition, "module", "node", "development|production"] },
      ssr: {
        resolve: {
          conditions: [sourceCondition, "module", "node", "development|production"],
          externalConditions: [sourceCondition],
        },
      },
      // Node 20 does not know `using`.
      oxc: { target: "es2023" },
      test: {
        include: [`test/**/*.${kind}.ts`],
        setupFiles: [fileURLToPath(new URL("vitest.setup.ts", import.meta.url))],
        maxWorkers: 2,
        testTimeout: short ? 30_000 : 600_000,
        hookTimeout: short ? 30_000 : 600_000,
        // Most packages have no tests of the other kinds; every package must have short ones.
        passWithNoTests: !short,
        ...test,
      },
    };
  });
}
