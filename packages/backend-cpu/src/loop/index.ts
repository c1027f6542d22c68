export { emitLoop, loopFunctionName, loopModule, loopSlots } from "./emit.ts";
