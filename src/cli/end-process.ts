/** A command that has printed its last line is over within this time, whatever a library still holds open. */
const graceMs = 800;

/**
 * Ends the process with an exit code: by itself when nothing is open any more, which is what should happen; otherwise by force after
 * a moment, once both outputs are written, so that a pipeline never waits for a forgotten socket. With MATRE_LOG_LEVEL=debug it names
 * what was still open.
 */
export function endProcess(exitCode: number): void {
  process.exitCode = exitCode;
  const timer = setTimeout(async () => {
    if (process.env['MATRE_LOG_LEVEL'] === 'debug') {
      process.stderr.write(`Ending by force. Still open: ${process.getActiveResourcesInfo().join(', ')}\n`);
    }
    await Promise.all([flush(process.stdout), flush(process.stderr)]);
    process.exit();
  }, graceMs);
  // Alone it keeps no process alive.
  timer.unref();
}

/** Resolves when all that was written has left the process. A reader that is gone does not hold it up. */
function flush(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => output.write('', () => resolve()));
}
