import { DataLoader, type Dataset, trainValidationSplit } from "@minima/data";
import { crossEntropy } from "@minima/layers";
import { manualSeed, setBackend } from "@minima/tensor";
import { type Callback, Trainer, accuracy, confusionMatrix, earlyStopping, keepBest } from "@minima/train";
import { type DemoBackend, createBackend } from "./backend.ts";
import { loadData } from "./dataset.ts";
import { DownloadDisplay } from "./download-display.ts";
import { introduction } from "./introduction.ts";
import { encodeReport, jsonEpoch } from "./json-report.ts";
import { buildNetwork } from "./model.ts";
import { createOptimizer, linearDecay } from "./optimizer.ts";
import type { DemoOptions } from "./options.ts";
import { OutputFiles } from "./output-files.ts";
import type { Output } from "./output.ts";
import { describeEnd, finalReport } from "./report.ts";
import { encodeModel } from "./saved-model.ts";
import { TrainingDisplay } from "./training-display.ts";

/** Images in a batch where nothing is learnt from them. */
const evaluationBatch = 250;

/**
 * Trains, tests, reports and saves as the options ask. When the signal is aborted training ends early, with a report.
 *
 * @throws UsageError or MinimaError for what the user can mend; the signal's reason if it came before the first update
 */
export async function runDemo(options: DemoOptions, output: Output, signal: AbortSignal): Promise<void> {
  const display = new TrainingDisplay(output);
  const backend = await createBackend(options, (progress) => display.compiling(progress));
  setBackend(backend.device);
  try {
    await trainAndTest(options, backend, { output, display }, signal);
  } finally {
    // A process must not end while a GPU works for it; what failed has been told.
    if ("idle" in backend.device) await backend.device.idle().catch(() => undefined);
  }
}

async function trainAndTest(
  options: DemoOptions,
  { threads, relaxedSimd, description }: DemoBackend,
  { output, display }: { readonly output: Output; readonly display: TrainingDisplay },
  signal: AbortSignal,
): Promise<void> {
  const files = new OutputFiles(options);
  await files.prepare(0); // a wrong path is told before anything is downloaded
  const data = await loadData(options, new DownloadDisplay(output), signal);
  manualSeed(options.seed);
  const network = buildNetwork(options, data.train.inputs.shape, data.classes.length);
  await files.prepare(network.size);

  const { train, validation } = split(data.train, options);
  output.say(introduction({ ...options, device: description }, data, network, train.length, validation?.length ?? 0));
  const optimizer = createOptimizer(network.module, options);
  const metrics = { accuracy: accuracy() };
  const trainer = new Trainer({ model: network.module, optimizer, loss: crossEntropy, metrics });
  const announceEnd = (): void => display.say("Stopping after this step; Ctrl-C again quits at once.");
  signal.addEventListener("abort", announceEnd);
  const firstStep = new FirstStep();
  const history = await trainer.fit(
    new DataLoader(train, { batchSize: options.batchSize, shuffle: true, seed: options.seed }),
    {
      epochs: options.epochs,
      validation: validation === null ? undefined : new DataLoader(validation, { batchSize: evaluationBatch }),
      signal,
      callbacks: [
        firstStep,
        ...(options.decay === "linear" ? [linearDecay(optimizer)] : []),
        ...(validation === null ? [] : [bestCallback(options)]),
        display,
      ],
    },
  );
  signal.removeEventListener("abort", announceEnd);
  if (history.updates === 0) signal.throwIfAborted();

  const end = describeEnd(history);
  if (end !== null) output.say(end);
  const test = await trainer.evaluate(new DataLoader(data.test, { batchSize: evaluationBatch }), {
    metrics: { confusion: confusionMatrix() },
  });
  output.say(`\n${finalReport(test, data.classes, history)}`);
  const report = encodeReport({
    dataset: data.name,
    model: options.model,
    backend: options.backend,
    threads,
    relaxedSimd,
    seed: options.seed,
    epochs: history.epochs.map(jsonEpoch),
    testAccuracy: test.accuracy,
    seconds: performance.now() / 1000,
    timeToFirstStepMs: firstStep.milliseconds,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  });
  const written = await files.write({ save: () => encodeModel(network.module, options, data), json: () => report });
  for (const path of written) output.say(`Wrote ${path}`);
}

/** Notes when the first update was done, on the clock that started with the process. */
class FirstStep implements Callback {
  milliseconds = NaN;

  onUpdate({ update }: { readonly update: number }): void {
    if (update === 1) this.milliseconds = performance.now();
  }
}

function split(data: Dataset, { validation, seed }: DemoOptions): { train: Dataset; validation: Dataset | null } {
  if (validation === 0) return { train: data, validation: null };
  return trainValidationSplit(data, { validation, seed });
}

function bestCallback({ patience }: DemoOptions): Callback {
  const monitor = "validationAccuracy";
  return patience === undefined ? keepBest({ monitor }) : earlyStopping({ monitor, patience });
}
