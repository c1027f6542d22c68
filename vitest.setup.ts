import { afterAll, afterEach } from "vitest";

/**
 * A console line that no test expects fails the test in which it is written. A test that expects one takes the method
 * over, `vi.spyOn(console, "warn").mockImplementation(() => {})`, and checks what was said.
 */
const methods = ["debug", "error", "info", "log", "warn"] as const;

const lines: string[] = [];

for (const method of methods) {
  console[method] = (...values: unknown[]) => {
    lines.push(`console.${method}: ${values.map(describe).join(" ")}`);
  };
}

function describe(value: unknown): string {
  if (value instanceof Error) return value.stack ?? String(value);
  return typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
}

function failOnLines(): void {
  if (lines.length === 0) return;
  const text = lines.splice(0).join("\n");
  throw new Error(`Unexpected console output:\n${text}`);
}

afterEach(failOnLines);
// For lines written while a file is loaded or after its last test.
afterAll(failOnLines);
