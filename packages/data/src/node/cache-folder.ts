import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The user's surroundings; the current ones unless a test says otherwise. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

/**
 * The folder in which Minima keeps what it downloads: `minima` in `$XDG_CACHE_HOME` where that is set, else in
 * `~/Library/Caches` (macOS), `%LOCALAPPDATA%` (Windows) or `~/.cache`.
 */
export function cacheFolder(surroundings: Partial<Surroundings> = {}): string {
  const { env = process.env, platform = process.platform, home = homedir() } = surroundings;
  const chosen = env.XDG_CACHE_HOME;
  // The XDG specification asks to ignore relative paths.
  if (chosen !== undefined && isAbsolute(chosen)) return join(chosen, "minima");
  if (platform === "darwin") return join(home, "Library", "Caches", "minima");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "minima");
  return join(home, ".cache", "minima");
}
