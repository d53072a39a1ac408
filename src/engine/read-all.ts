import { Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import type { Engine, ExecEnd, ExecRequest } from './engine.ts';

/** The exit code and output of a short command. */
export interface CapturedOutput {
  code: number;
  stdout: string;
  stderr: string;
}

/** Enough for a list of processes or an error message. Output beyond it is dropped, and the command still ends. */
const maxCapturedBytes = 1024 * 1024;

/**
 * Runs a short command to its end and returns its output (up to 1 MiB each). A non-zero exit code is not an error here.
 * Errors: CONTAINER_VANISHED when its end is unknown, OUT_OF_MEMORY when the kernel killed it, and those of the engine.
 */
export async function capture(
  engine: Engine,
  container: string,
  argv: string[],
  {
    input,
    ...options
  }: Omit<ExecRequest, 'argv' | 'stdin'> & { input?: string | Uint8Array | undefined } = {},
): Promise<CapturedOutput> {
  const exec = await engine.exec(container, { ...options, argv, stdin: input !== undefined });
  // A process that ends without reading its input is no error.
  exec.stdin?.on('error', () => {}).end(input);
  const [stdout, stderr] = await Promise.all([readAll(exec.stdout), readAll(exec.stderr)]);
  const code = exitCode(await exec.ended, container, argv);
  return { code, stdout, stderr };
}

/** The exit code of a process. Throws CONTAINER_VANISHED when its end is unknown, OUT_OF_MEMORY when the kernel killed it. */
export function exitCode(end: ExecEnd, container: string, argv: string[]): number {
  if (end.kind === 'unknown') {
    throw new Fault(
      'CONTAINER_VANISHED',
      asSentence(`How ${argv[0]} ended in ${container} is unknown: ${end.message}`),
    );
  }
  if (end.outOfMemory) {
    throw new Fault('OUT_OF_MEMORY', `${argv[0]} in ${container} reached the memory limit of the container.`);
  }
  return end.code;
}

/** Reads a stream to its end and returns up to `limit` bytes of its beginning as text. */
export async function readAll(stream: AsyncIterable<Uint8Array>, limit = maxCapturedBytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    if (bytes >= limit) continue;
    const beginning = piece.subarray(0, limit - bytes);
    pieces.push(beginning);
    bytes += beginning.length;
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Reads a stream to its end and returns up to `limit` bytes of its end as text. */
export async function readEnd(stream: AsyncIterable<Uint8Array>, limit = maxCapturedBytes): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    bytes += piece.length;
    for (let first = pieces[0]; first && bytes - first.length >= limit; first = pieces[0]) {
      pieces.shift();
      bytes -= first.length;
    }
  }
  return Buffer.concat(pieces).subarray(-limit).toString('utf8');
}
