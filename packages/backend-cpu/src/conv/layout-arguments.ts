/** The arguments of a function behind source and target: the values of its parameters, in their order. */
export function layoutArguments<Name extends string>(
  parameters: Readonly<Record<Name, unknown>>,
  layout: Readonly<Record<Exclude<Name, "source" | "target">, number>>,
): number[] {
  const names = Object.keys(parameters).slice(2) as Exclude<Name, "source" | "target">[]; // source and target come first
  return names.map((name) => layout[name]);
}
