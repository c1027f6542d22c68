/** Limits that memory and kernels live by: without being asked for, a device has the defaults of the standard. */
export const limitNames = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

export type DeviceLimits = Readonly<Record<(typeof limitNames)[number], number>>;
