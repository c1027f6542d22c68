import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawDigits } from "@minima/data";

/** Writes a small data set in the format of MNIST, of drawn digits, to a folder. */
export async function writeSmallDataset(folder: string, count = { train: 1000, test: 200 }): Promise<void> {
  await mkdir(folder, { recursive: true });
  const write = async (part: string, drawn: ReturnType<typeof drawDigits>): Promise<void> => {
    const rows = drawn.labels.length;
    await writeFile(join(folder, `${part}-images-idx3-ubyte`), idx([rows, 28, 28], drawn.images));
    await writeFile(join(folder, `${part}-labels-idx1-ubyte`), idx([rows], drawn.labels));
  };
  await write("train", drawDigits({ count: count.train }));
  await write("t10k", drawDigits({ count: count.test, first: count.train }));
}

function idx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((extent, axis) => view.setUint32(4 + 4 * axis, extent));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}
