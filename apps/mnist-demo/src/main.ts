#!/usr/bin/env node
import { runDemo } from "./demo.ts";
import { describeError } from "./errors.ts";
import { listenForInterrupt } from "./interrupt.ts";
import { parseOptions } from "./options.ts";
import { processOutput } from "./output.ts";

// The reader has gone (`| head`): nobody is left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 141 : 1));

const interrupt = listenForInterrupt();
try {
  const options = parseOptions(process.argv.slice(2));
  if ("print" in options) process.stdout.write(options.print);
  else await runDemo(options, processOutput(), interrupt.signal);
} catch (error) {
  if (interrupt.signal.aborted && error === interrupt.signal.reason) {
    process.stderr.write("Interrupted before the first update; nothing was written.\n");
  } else {
    const { text, code } = describeError(error);
    process.stderr.write(`Error: ${text}\n`);
    process.exitCode = code;
  }
} finally {
  interrupt.dispose();
}
process.exitCode ??= interrupt.exitCode() ?? 0;
