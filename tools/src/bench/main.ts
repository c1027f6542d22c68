import { endWithReader } from "../command/end-with-reader.ts";
import { bench } from "./bench.ts";

endWithReader();
process.exitCode = await bench(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
  isTerminal: process.stdout.isTTY === true,
});
