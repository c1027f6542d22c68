import { readFileSync } from "node:fs";

/**
 * Bytes of the largest resident set that this process has had. Not Node's `maxRSS` where that can be avoided: on Linux a
 * process inherits the figure of the one that started it.
 */
export function peakRssBytes(): number {
  if (process.platform === "linux") {
    const kilobytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}
