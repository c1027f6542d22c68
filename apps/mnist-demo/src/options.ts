import { readFileSync } from "node:fs";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { UsageError } from "./errors.ts";

const datasetNames = ["mnist", "fashion-mnist", "digits"] as const;
const modelNames = ["softmax", "mlp", "cnn"] as const;
const activationNames = ["relu", "sigmoid", "tanh"] as const;
const optimizerNames = ["adam", "sgd"] as const;
const decayNames = ["linear", "none"] as const;
const backendNames = ["cpu", "webgpu", "reference"] as const;

/** What the command line asks for. */
export interface DemoOptions {
  readonly dataset: (typeof datasetNames)[number];
  readonly dataDir: string | undefined;
  readonly model: (typeof modelNames)[number];
  /** Widths of the hidden linear layers; none in softmax regression. */
  readonly hidden: readonly number[];
  readonly activation: (typeof activationNames)[number];
  readonly dropout: number;
  readonly optimizer: (typeof optimizerNames)[number];
  readonly lr: number;
  readonly decay: (typeof decayNames)[number];
  readonly batchSize: number;
  readonly epochs: number;
  /** Fraction of the training data held back, 0 for none. */
  readonly validation: number;
  readonly patience: number | undefined;
  readonly backend: (typeof backendNames)[number];
  /** Undefined: what the backend chooses. */
  readonly threads: number | undefined;
  readonly seed: number;
  readonly save: string | undefined;
  readonly json: string | undefined;
}

/** What holds for a model where it is not given. */
const defaults = {
  softmax: { hidden: [], dropout: 0, lr: { adam: 0.001, sgd: 0.05 } },
  mlp: { hidden: [512, 256], dropout: 0, lr: { adam: 0.002, sgd: 0.05 } },
  cnn: { hidden: [128], dropout: 0.5, lr: { adam: 0.002, sgd: 0.05 } },
} as const;

/**
 * Reads the command line.
 *
 * @returns the options, or the text to print where help or the version was asked for
 * @throws UsageError with one line that names the option and what it takes
 */
export function parseOptions(args: readonly string[]): DemoOptions | { readonly print: string } {
  const command = buildCommand();
  let printed = "";
  command.exitOverride().configureOutput({
    writeOut: (text) => (printed += text),
    writeErr: () => undefined, // errors are thrown, and told by main
  });
  try {
    command.parse(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { print: printed };
    throw new UsageError(error.message.replace(/^error: /, "").replace(/\s+/g, " "), { cause: error });
  }
  return check(command);
}

/** Option values as commander collects them. */
interface Parsed extends Omit<DemoOptions, "hidden" | "dropout" | "lr"> {
  readonly hidden: readonly number[] | undefined;
  readonly dropout: number | undefined;
  readonly lr: number | undefined;
}

/** What depends on more than one option. */
function check(command: Command): DemoOptions {
  const parsed = command.opts<Parsed>();
  if (parsed.model === "softmax") {
    for (const option of ["hidden", "activation", "dropout"]) {
      if (command.getOptionValueSource(option) !== "cli") continue;
      throw new UsageError(`--${option} goes with --model mlp or cnn; softmax has no hidden layers`);
    }
  }
  if (parsed.dataset === "digits" && parsed.dataDir !== undefined) {
    throw new UsageError("--data-dir goes with --dataset mnist or fashion-mnist; digits are drawn, not read");
  }
  if (parsed.patience !== undefined && parsed.validation === 0) {
    throw new UsageError("--patience needs validation data; leave out --validation 0");
  }
  const { hidden, dropout, lr } = defaults[parsed.model];
  return {
    ...parsed,
    hidden: parsed.hidden ?? hidden,
    dropout: parsed.dropout ?? dropout,
    lr: parsed.lr ?? lr[parsed.optimizer],
  };
}

function buildCommand(): Command {
  const choice = (flags: string, text: string, names: readonly string[], value: string): Option =>
    new Option(flags, text).choices(names).default(value);
  return new Command("npm run demo --")
    .description("Trains a network on images of digits (or clothes) and shows how well it does.")
    .usage("[options]")
    .version(version(), "--version", "print the version")
    .helpOption("--help", "print this text")
    .allowExcessArguments(false)
    .addOption(choice("--dataset <name>", "what to train on", datasetNames, "mnist"))
    .option("--data-dir <folder>", "folder with the four idx files; default: cache, download, or digits drawn here", text)
    .addOption(choice("--model <name>", "softmax regression, multi-layer perceptron, or convolutions", modelNames, "mlp"))
    .option("--hidden <widths>", "hidden linear layers; default 512,256 for the mlp, 128 for the cnn", widths)
    .addOption(choice("--activation <name>", "behind the layers of the mlp or cnn", activationNames, "relu"))
    .option("--dropout <p>", "share of hidden units left out in training; default 0, 0.5 for the cnn", fraction)
    .addOption(choice("--optimizer <name>", "Adam, or SGD with momentum 0.9", optimizerNames, "adam"))
    .option("--lr <x>", "learning rate; default 0.002 for adam, 0.001 with softmax, 0.05 for sgd", positive)
    .addOption(choice("--decay <name>", "let the learning rate fall to 0 over the training", decayNames, "linear"))
    .option("--batch-size <n>", "images in a step", whole(1), 128)
    .option("--epochs <n>", "passes over the training data", whole(1), 5)
    .option("--validation <fraction>", "share of the training data held back to choose the best epoch", fraction, 0.1)
    .option("--patience <n>", "stop after so many epochs without improvement", whole(1))
    .addOption(choice("--backend <name>", "what computes; webgpu without a GPU and reference are slow", backendNames, "cpu"))
    .option("--threads <n>", "threads of the cpu backend; default: one for each processor, up to 8 or 16", whole(1))
    .option("--seed <n>", "everything random follows from it", whole(0), 1)
    .option("--save <file>", "write the parameters as safetensors", text)
    .option("--json <file>", "write the figures as JSON", text); // prettier-ignore
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
}

function text(value: string): string {
  if (value === "") throw new InvalidArgumentError("It must not be empty.");
  return value;
}

function whole(least: number): (value: string) => number {
  return (value) => {
    const result = Number(value);
    if (/^\d+$/.test(value) && Number.isSafeInteger(result) && result >= least) return result;
    throw new InvalidArgumentError(`It must be a whole number from ${least} up.`);
  };
}

/** A number that `accepts` takes; `range` says in words which these are. */
function decimal(range: string, accepts: (value: number) => boolean): (value: string) => number {
  return (value) => {
    const result = Number(value);
    if (/^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(value) && accepts(result)) return result;
    throw new InvalidArgumentError(`It must be a number ${range}.`);
  };
}

const fraction = decimal("from 0 to below 1", (value) => value >= 0 && value < 1);
const positive = decimal("above 0", (value) => value > 0 && value < Infinity);

function widths(value: string): number[] {
  const parse = whole(1);
  try {
    return value.split(",").map((width) => parse(width.trim()));
  } catch {
    throw new InvalidArgumentError("It must be whole numbers from 1 up with commas between them, such as 512,256.");
  }
}
