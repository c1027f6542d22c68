const units = ["bytes", "KiB", "MiB", "GiB", "TiB"] as const;

/** An amount of memory for a person: `1.5 GiB`, in three digits at the least. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
