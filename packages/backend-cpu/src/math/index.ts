import { atan } from "./atan.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { log } from "./log.ts";
import { cos, sin } from "./sine.ts";
import { tanh } from "./tanh.ts";

/** The functions of one float32 vector. */
export const vectorFunctions = { exp, log, sin, cos, tanh, atan, erf } as const;
