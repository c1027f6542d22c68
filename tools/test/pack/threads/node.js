// A program of Node's, `node node.js [OPTIONS]`, without `await` at the top, which CommonJS does not have.
import { trainWithThreads } from "./training.js";

const options = JSON.parse(process.argv[2] ?? "{}");
trainWithThreads(options).then((training) => console.log(JSON.stringify(training)));
