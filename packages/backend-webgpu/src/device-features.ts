/**
 * Optional features that are of use here: half floats and operations over a subgroup for kernels, timestamps for
 * profiles. A device has them if its adapter does; everything works without.
 */
export const usefulFeatures = ["shader-f16", "subgroups", "timestamp-query"] as const;
