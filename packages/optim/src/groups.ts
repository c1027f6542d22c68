import { ValueError, Variable, checkOptions } from "@minima/tensor";

/** Variables that share options; options left out are those of the optimizer. */
export type ParameterGroup<Options> = { readonly parameters: Iterable<Variable> } & Partial<Options>;

/** What optimizers take: variables, or groups of them with options of their own. */
export type Parameters<Options> = Iterable<Variable> | Iterable<ParameterGroup<Options>>;

/** A group with all its options. What is assigned to one is checked. */
export type Group<Options> = { readonly parameters: readonly Variable[] } & Options;

/** What options have that are left out; undefined if they must be given. */
export type Defaults<Options> = { readonly [Name in keyof Options]: Options[Name] | undefined };

/** What parameters were given as: groups with the options that are their own. */
interface GivenGroup<Options> {
  readonly parameters: readonly Variable[];
  readonly own: Partial<Options>;
}

/** Throws unless the parameters are variables, each once, of which one at least requires a gradient. */
export function readGroups<Options extends object>(
  caller: string,
  parameters: Parameters<Options>,
  defaults: Defaults<Options>,
): readonly GivenGroup<Options>[] {
  const list = listOf<Variable | ParameterGroup<Options>>(caller, "the parameters", parameters);
  const groups = list.some(isGroup)
    ? list.map((item, i) => readGroup(caller, `group ${i}`, item, defaults))
    : [{ parameters: list as readonly Variable[], own: {} }];
  const places = new Map<Variable, string>();
  groups.forEach(({ parameters: variables }, i) => {
    variables.forEach((variable, k) => {
      const place = `parameter ${k}${groups.length === 1 ? "" : ` of group ${i}`}`;
      checkParameter(caller, place, variable);
      const before = places.get(variable);
      if (before !== undefined) {
        throw new ValueError(`${caller}: ${place}, ${variable.name}, is ${before} again; give each parameter once`);
      }
      places.set(variable, place);
    });
  });
  if (places.size === 0) throw new ValueError(`${caller}: give at least one parameter`);
  if (![...places.keys()].some(({ requiresGrad }) => requiresGrad)) {
    throw new ValueError(`${caller}: no parameter requires a gradient; make them with { requiresGrad: true }`);
  }
  return groups.map(({ parameters: variables, own }) => ({ parameters: Object.freeze([...variables]), own }));
}

function readGroup<Options extends object>(
  caller: string,
  place: string,
  item: Variable | ParameterGroup<Options>,
  defaults: Defaults<Options>,
): GivenGroup<Options> {
  if (!isGroup(item)) throw new ValueError(`${caller}: ${place} is a variable; give variables alone, or groups alone`);
  const { parameters, ...own } = item;
  const variables = listOf(caller, `the parameters of ${place}`, parameters);
  checkOptions<Partial<Options>>(`${caller}: ${place}`, own as Partial<Options>, defaults);
  return { parameters: variables, own: own as Partial<Options> }; // all but the parameters
}

function isGroup<Options>(item: Variable | ParameterGroup<Options>): item is ParameterGroup<Options> {
  return !(item instanceof Variable) && "parameters" in (Object(item) as object);
}

function listOf<Item>(caller: string, what: string, list: Iterable<Item>): readonly Item[] {
  if (Symbol.iterator in (Object(list) as object)) return [...list];
  throw new ValueError(`${caller}: ${what} must be a list, such as model.parameters(), not ${String(list)}`);
}

function checkParameter(caller: string, place: string, variable: unknown): void {
  if (variable instanceof Variable) return;
  throw new ValueError(
    `${caller}: ${place} is ${String(variable)}; optimizers take variables, or groups { parameters: [...], ... }`,
  );
}

/** A group whose options can be assigned like any property, but are refused where `check` throws. */
export function checkedGroup<Options extends object>(
  parameters: readonly Variable[],
  options: Options,
  check: (options: Options) => void,
  changed: (group: Group<Options>) => void,
): Group<Options> {
  check(options);
  let values = withFrozenLists(options);
  const group = { parameters } as Group<Options>; // the options follow
  for (const name of Object.keys(options)) {
    Object.defineProperty(group, name, {
      enumerable: true,
      get: () => values[name as keyof Options],
      set(value: unknown) {
        const next = { ...values, [name]: value };
        check(next);
        values = withFrozenLists(next);
        changed(group);
      },
    });
  }
  return Object.seal(group);
}

/** Lists as copies that nobody can change past the check. */
function withFrozenLists<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([name, value]: [string, unknown]) => [
    name,
    Array.isArray(value) ? Object.freeze([...(value as unknown[])]) : value,
  ]);
  return Object.fromEntries(entries) as Options; // the same names
}
