import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Fault } from '../errors.ts';

/** What another process tries to get. */
export type Intrusion = { dsn: string; lock: string } | { folder: string };

/** Long for a machine under load; what is tried takes milliseconds. */
const timeoutMs = 12_000;

/** Starts a process that tries to get what this one holds. Errors: INTERNAL when it could not try. */
export async function intrude(intrusion: Intrusion): Promise<'refused' | 'taken'> {
  const own = fileURLToPath(import.meta.url);
  // Out of a work tree the sources are executed, which Node 20 cannot do by itself.
  const loader = own.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [];
  const script = own.replace(/intrude(\.[tj]s)$/, 'intruder$1');
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const env = { PATH, ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }) };
  const child = spawn(process.execPath, [...loader, script], { timeout: timeoutMs, env });
  child.stdin.on('error', () => {});
  child.stdin.end(JSON.stringify(intrusion));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const [said, complaint, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code === 0 && (said === 'refused' || said === 'taken')) return said;
  throw new Fault(
    'INTERNAL',
    `Another process could not try: ${lastLine(complaint) || `exit code ${code}`}.`,
  );
}

function lastLine(output: string): string {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /^\w*(Error|Fault)\b/.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}
