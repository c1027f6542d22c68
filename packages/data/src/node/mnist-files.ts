/** Data sets in the format of MNIST that can be downloaded. */
export type MnistVariant = "mnist" | "fashion-mnist";

/** The four files of such a data set. */
export type MnistPart = "trainImages" | "trainLabels" | "testImages" | "testLabels";

/** One file as it was published. */
export interface PublishedFile {
  /** Of the uncompressed content: compressing it again gives another file with the same images. */
  readonly sha256: string;
  /** Of the uncompressed content. */
  readonly bytes: number;
}

/** What is known of a published data set. */
export interface PublishedDataset {
  readonly title: string;
  readonly classes: readonly string[];
  /** Addresses to which the name of a file is appended; tried in order. */
  readonly mirrors: readonly string[];
  readonly files: Readonly<Record<MnistPart, PublishedFile>>;
}

/** Base names of the files, without `.gz`. */
export const partNames: Readonly<Record<MnistPart, string>> = {
  trainImages: "train-images-idx3-ubyte",
  trainLabels: "train-labels-idx1-ubyte",
  testImages: "t10k-images-idx3-ubyte",
  testLabels: "t10k-labels-idx1-ubyte",
};

/** The parts in the order in which they are read. */
export const parts: readonly MnistPart[] = ["trainImages", "trainLabels", "testImages", "testLabels"];

/** The published data sets. */
export const published: Readonly<Record<MnistVariant, PublishedDataset>> = {
  mnist: {
    title: "MNIST",
    classes: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    mirrors: ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
    files: {
      trainImages: { bytes: 47040016, sha256: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db" },
      trainLabels: { bytes: 60008, sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5" },
      testImages: { bytes: 7840016, sha256: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7" },
      testLabels: { bytes: 10008, sha256: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2" },
    },
  },
  "fashion-mnist": {
    title: "Fashion-MNIST",
    classes: ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"],
    mirrors: [
      "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
      "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ],
    files: {
      trainImages: { bytes: 47040016, sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888" },
      trainLabels: { bytes: 60008, sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9" },
      testImages: { bytes: 7840016, sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b" },
      testLabels: { bytes: 10008, sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34" },
    },
  },
};
