import { conformance } from "./conformance.ts";

process.exitCode = await conformance(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
});
