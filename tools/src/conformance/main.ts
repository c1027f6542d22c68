import { endWithReader } from "../command/end-with-reader.ts";
import { conformance } from "./conformance.ts";

endWithReader();
process.exitCode = await conformance(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
});
