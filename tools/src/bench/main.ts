import { bench } from "./bench.ts";

process.exitCode = await bench(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
  isTerminal: process.stdout.isTTY === true,
});
