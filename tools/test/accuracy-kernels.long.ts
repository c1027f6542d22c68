import { kernels } from "../src/testkit/accuracy/functions.ts";
import { testDensely } from "./accuracy.ts";

testDensely(kernels, 1); // every float32
