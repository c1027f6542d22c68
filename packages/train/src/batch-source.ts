import type { Batch } from "@minima/data";

/**
 * Where batches come from: a `DataLoader`, or anything else that can be iterated again and again, once an epoch, and
 * says how many batches that gives.
 */
export type BatchSource = (AsyncIterable<Batch> | Iterable<Batch>) & { readonly length: number };
