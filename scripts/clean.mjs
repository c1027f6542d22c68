// Removes the folders named on the command line, relative to the package that runs it: a build starts from nothing,
// so that no file of a deleted source is left in dist.
import { rmSync } from "node:fs";

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true });
