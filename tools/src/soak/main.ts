import { soak } from "./soak.ts";

process.exitCode = await soak(process.argv.slice(2), {
  line: (text) => console.log(text),
  error: (text) => console.error(text),
});
