import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";
import { packageGraph, scope, testGraph } from "./scripts/package-graph.mjs";

const names = Object.keys(packageGraph);
const folders = { "apps/*": "app", tools: "tools" };

/** The files that may import what tests need beside; configurations are among them. */
const testFiles = ["packages/*/{test,bench}/**", "packages/*/*.ts"];

/** Import paths that climb; within a package they are not looked at. */
const relative = [1, 2, 3, 4, 5, 6].map((levels) => `${"../".repeat(levels)}*/**`);

const to = (types) => ({ to: { element: { types: { anyOf: types } } } });

export default tseslint.config(
  { ignores: ["**/dist/", "**/*.d.ts", "**/coverage/", "**/.reports/", ".turbo/", ".cache/"] },

  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-else-return": "error",
      "prefer-const": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Almost every result in Minima is a promise; one that is dropped is an error that nobody sees.
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // The root has no tsconfig.json of its own.
    files: ["*.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { parserOptions: { projectService: false } },
  },

  {
    files: ["packages/**", "apps/**", "tools/**"],
    plugins: { boundaries },
    settings: {
      "boundaries/root-path": import.meta.dirname,
      "boundaries/elements": [
        ...names.map((name) => ({ type: name, pattern: `packages/${name}` })),
        ...Object.entries(folders).map(([pattern, type]) => ({ type, pattern })),
      ],
      "boundaries/files": [{ category: "test", pattern: testFiles }],
      // Dependencies resolve to their sources, also before anything is built.
      "import/resolver": { typescript: { conditionNames: [`${scope}source`, "import", "default"] } },
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          checkAllOrigins: true,
          message: "{{from.element.types}} may not import {{dependency.source}}: see scripts/package-graph.mjs",
          policies: [
            { allow: { to: { module: { origin: ["external", "core"] } } } },
            ...names.map((name) => ({ from: { element: { type: name } }, allow: to(packageGraph[name]) })),
            ...Object.entries(testGraph).map(([name, more]) => ({
              from: { element: { type: name }, file: { categories: "test" } },
              allow: to(more),
            })),
            { from: { element: { types: { anyOf: Object.values(folders) } } }, allow: to(names) },
            // A package that is not a dependency does not resolve, and looks like one of somebody else.
            {
              disallow: { to: { module: { origin: "external", source: `${scope}*` } } },
              message: "{{dependency.source}} is not among the dependencies in package.json",
            },
            // Even where the import is allowed, it goes by the package's name.
            {
              disallow: {
                to: { element: { types: { anyOf: [...names, ...Object.values(folders)] } } },
                dependency: { source: relative },
              },
              message: "Import the other package by its name",
            },
          ],
        },
      ],
    },
  },
);
