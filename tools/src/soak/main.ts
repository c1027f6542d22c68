import { endWithReader } from "../command/end-with-reader.ts";
import { soak } from "./soak.ts";

endWithReader();
process.exitCode = await soak(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
});
