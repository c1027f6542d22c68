/** Ends the process quietly when whoever reads its output has gone (`| head`): nobody is left to tell. */
export function endWithReader(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 141 : 1));
}
