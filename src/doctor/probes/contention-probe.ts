import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { Fault } from '../../faults/fault.ts';
import { executableFile } from '../../files/executable-file.ts';

/** What the second process tries to acquire. */
export type ContentionTarget = { dsn: string; lock: string; timeoutMs: number } | { folder: string };

/**
 * Starts a second process that tries to acquire what this one holds. The try takes milliseconds, but the start on a busy machine many
 * seconds: `too-slow` proves nothing about locks. Errors: INTERNAL when the process could not try.
 */
export async function probeContention(
  target: ContentionTarget,
  { timeoutMs }: { timeoutMs: number },
): Promise<'refused' | 'taken' | 'too-slow'> {
  const { path, execArgv } = executableFile(import.meta.url.replace(/(\.[tj]s)$/, '.child$1'));
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const env = { PATH, ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }) };
  const signal = AbortSignal.timeout(timeoutMs);
  const child = spawn(process.execPath, [...execArgv, path], { signal, env });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(target));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      // After an abort, `close` follows.
      if (!signal.aborted) reject(error);
    });
    child.on('close', resolve);
  });
  const [output, errorOutput, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0 && (output === 'refused' || output === 'taken')) return output;
  if (signal.aborted) return 'too-slow';
  throw new Fault(
    'INTERNAL',
    `The second process could not try: ${errorLine(errorOutput) || `exit code ${code}`}.`,
  );
}

/** The line that names the error, else the last one. */
function errorLine(output: string): string {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /^\w*(Error|Fault)\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
