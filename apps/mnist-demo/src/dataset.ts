import { type ArrayDataset, DownloadError, type Normalization, digits } from "@minima/data";
import { type Mnist, type MnistOptions, cacheFolder, mnist } from "@minima/data/node";
import type { DownloadDisplay } from "./download-display.ts";
import type { DemoOptions } from "./options.ts";

/** Images to train and to test on. */
export interface DemoData {
  readonly name: DemoOptions["dataset"];
  readonly train: ArrayDataset;
  readonly test: ArrayDataset;
  readonly classes: readonly string[];
  /** What it is and where it came from, for the reader. */
  readonly description: string;
  readonly normalization: Normalization;
}

/** Mean and standard deviation of the training pixels, in the range from 0 to 1. */
const normalizations = {
  mnist: { mean: 0.1307, std: 0.3081 },
  "fashion-mnist": { mean: 0.286, std: 0.353 },
  digits: { mean: 0.1274, std: 0.2336 },
} as const;

/** How many digits are drawn. They do not depend on the seed, so that runs can be compared. */
const drawn = { train: 20_000, test: 5_000 };

const titles = { mnist: "MNIST", "fashion-mnist": "Fashion-MNIST" } as const;

/** Milliseconds without an answer after which a mirror is given up: offline, nobody wants to wait. */
const timeout = 4000;

/** Where data come from; replaced in tests. */
export interface Sources {
  readonly mnist: (options: MnistOptions) => Promise<Mnist>;
}

/**
 * The data the options ask for: from the folder given, else from the cache, else downloaded; drawn where that is
 * impossible, which is told.
 *
 * @throws DataError for files that are missing or are not what they should be
 */
export async function loadData(
  options: Pick<DemoOptions, "dataset" | "dataDir">,
  display: DownloadDisplay,
  signal: AbortSignal,
  sources: Sources = { mnist },
): Promise<DemoData> {
  const { dataset, dataDir } = options;
  if (dataset === "digits") return drawData();
  const normalize = normalizations[dataset];
  try {
    const { train, test, classes, folder, origin } = await sources.mnist({
      variant: dataset,
      dir: dataDir,
      normalize,
      timeout,
      signal,
      onProgress: (progress) => display.show(progress),
    });
    const from = origin === "download" ? `downloaded to ${folder}` : `from ${folder}`;
    const description = `${titles[dataset]}, ${from}`;
    return { name: dataset, train, test, classes, normalization: normalize, description };
  } catch (error) {
    // Wrong bytes are no reason to go on as if nothing had happened.
    if (!(error instanceof DownloadError) || error.reason === "corrupt") throw error;
    const why = error.reason === "offline" ? "no mirror could be reached (offline?)" : "no mirror delivered it";
    display.say(`${titles[dataset]} is not in the cache (${cacheFolder()}) and ${why}.`);
    display.say(
      "Training on digits that Minima draws itself instead. To use files of your own, give --data-dir FOLDER.",
    );
    return drawData();
  } finally {
    display.end();
  }
}

function drawData(): DemoData {
  const normalize = normalizations.digits;
  return {
    name: "digits",
    train: digits({ count: drawn.train, normalize }),
    test: digits({ count: drawn.test, first: drawn.train, normalize }),
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    description: "digits drawn by Minima",
    normalization: normalize,
  };
}
