import { i32, type FunctionBuilder, type Local, type ParameterLocals } from "../wasm/index.ts";

/**
 * The parameters of the functions that compute the pieces [`first`, `last`) of a problem: its record, and workspaces of
 * `workspaceStride` bytes for each thread, of which `thread` tells which is running.
 */
export const pieceParameters = {
  problem: "i32",
  workspace: "i32",
  workspaceStride: "i32",
  first: "i32",
  last: "i32",
  thread: "i32",
} as const;

/** The workspace of the thread that runs the function. */
export function threadWorkspace(f: FunctionBuilder, p: ParameterLocals<typeof pieceParameters>): Local<"i32"> {
  return f.let(i32.add(p.workspace, i32.mul(p.thread, p.workspaceStride)));
}
