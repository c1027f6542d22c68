import { composites } from "../src/testkit/accuracy/functions.ts";
import { testDensely } from "./accuracy.ts";

testDensely(composites, 11);
