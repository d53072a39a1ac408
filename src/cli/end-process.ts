/** A command ends within this time after its last line, even if a library keeps a handle open. */
const graceMs = 800;

/**
 * Ends the process with an exit code. Normally no handle is open and the process ends without help. Otherwise it is ended by force
 * after the grace period, once both outputs are flushed, so that a pipeline never waits for a forgotten socket. With
 * MATRE_LOG_LEVEL=debug the open handles are named.
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
  // The timer must not keep the process alive.
  timer.unref();
}

/** Resolves when everything that was written has left the process; at once when the reader is gone. */
function flush(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => output.write('', () => resolve()));
}
