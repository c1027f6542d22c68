// All that the three packages export.
export * from "@minima/autograd";
export * from "@minima/backend-cpu";
export * from "@minima/tensor";
