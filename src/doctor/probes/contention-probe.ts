import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Fault } from '../../faults/fault.ts';

/** What another process tries to get. */
export type Intrusion = { dsn: string; lock: string; timeoutMs: number } | { folder: string };

/**
 * Starts a process that tries to get what this one holds. What it does takes milliseconds, its start on a busy machine many
 * seconds: one that is not done in time says nothing about locks. Errors: INTERNAL when it could not try.
 */
export async function probeContention(
  intrusion: Intrusion,
  { timeoutMs }: { timeoutMs: number },
): Promise<'refused' | 'taken' | 'too-slow'> {
  const own = fileURLToPath(import.meta.url);
  // Out of a work tree the sources are executed, which Node 20 cannot do by itself.
  const loader = own.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
  const script = own.replace(/(\.[tj]s)$/, '.child$1');
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const env = { PATH, ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }) };
  const signal = AbortSignal.timeout(timeoutMs);
  const child = spawn(process.execPath, [...loader, script], { signal, env });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(intrusion));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => {
      // It is closed all the same.
      if (!signal.aborted) reject(error);
    });
    child.on('close', resolve);
  });
  const [said, mftfError, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0 && (said === 'refused' || said === 'taken')) return said;
  if (signal.aborted) return 'too-slow';
  throw new Fault(
    'INTERNAL',
    `Another process could not try: ${lastLine(mftfError) || `exit code ${code}`}.`,
  );
}

function lastLine(output: string): string {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /^\w*(Error|Fault)\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
