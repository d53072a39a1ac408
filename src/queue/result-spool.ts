import { appendFile, mkdir, readdir, readFile, rename, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault, type FaultCode, faults, namedDiskFull } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { attachmentKinds, statuses } from '../model/result.ts';
import type { ClaimKey } from './claim-key.ts';
import type { NewResult } from './recorder.ts';

/** Results that could not be written to the database yet, on disk, so that they outlive this process. */
export interface ResultSpool {
  /** Puts a result behind those of its claim that wait already. Errors: DISK_FULL, also when too much waits. */
  add(claim: ClaimKey, result: NewResult): Promise<void>;
  /** Whether this process has put any of this claim there that were not taken yet. */
  has(claim: ClaimKey): boolean;
  /**
   * Gives the results of a claim to `write`, in the order in which they came, and removes them when it resolves. It may be
   * given a result twice when the process dies in between.
   */
  take(claim: ClaimKey, write: (results: NewResult[]) => Promise<void>): Promise<void>;
  /** Puts the results of a claim aside that cannot be written: nobody looks at them again but people. */
  setAside(claim: ClaimKey): Promise<void>;
  /** Every claim with something waiting, whichever process put it there. */
  claims(): Promise<ClaimKey[]>;
}

/** For each claim. A result is some kilobytes; a claim that waits has at most those of one block of tests. */
const defaultLimitBytes = 16 * 1024 * 1024;

const storedResult = z.object({
  test: z.string(),
  suite: z.string().optional(),
  status: z.enum(statuses),
  message: z.string().optional(),
  reason: z
    .object({
      code: z.string().refine((code): code is FaultCode => code in faults),
      message: z.string(),
    })
    .optional(),
  startedAt: z.iso.datetime().transform((written) => new Date(written)),
  durationMs: z.number(),
  attachments: z.array(z.object({ name: z.string(), kind: z.enum(attachmentKinds), path: z.string() })),
  steps: z
    .object({
      count: z.number(),
      failed: z.object({ title: z.string(), number: z.number() }).optional(),
    })
    .transform(({ count, failed }) => ({ count, failed }))
    .optional(),
});

/** `folder` is made when it is needed. One file for each claim, one line of JSON for each result. */
export function createResultSpool(deps: { folder: string; log: Logger; limitBytes?: number }): ResultSpool {
  const { folder, log, limitBytes = defaultLimitBytes } = deps;
  const own = new Set<string>();
  /** What goes on with the file of a claim: one thing after the other. */
  const busy = new Map<string, Promise<unknown>>();

  function serially<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = busy.get(name) ?? Promise.resolve();
    const turn = before.then(work, work);
    const settled = turn
      .catch(() => {})
      .then(() => {
        if (busy.get(name) === settled) busy.delete(name);
      });
    busy.set(name, settled);
    return turn;
  }

  return {
    add: (claim, result) =>
      serially(fileOf(claim), async () => {
        const path = join(folder, fileOf(claim));
        const line = `${JSON.stringify(result)}\n`;
        try {
          await mkdir(folder, { recursive: true, mode: 0o700 });
          const size = await sizeOf(path);
          if (size + line.length > limitBytes) {
            throw new Fault(
              'DISK_FULL',
              `More than ${limitBytes} bytes of results of run ${claim.runId} wait.`,
            );
          }
          await appendFile(path, line, { mode: 0o600, flush: true }).catch(async (error) => {
            // A full disk may have taken half of the line, and the next one must not be written behind it.
            await truncate(path, size).catch(absent);
            throw error;
          });
        } catch (error) {
          throw namedDiskFull(error);
        }
        own.add(fileOf(claim));
      }),

    has: (claim) => own.has(fileOf(claim)),

    take: (claim, write) =>
      serially(fileOf(claim), async () => {
        const path = join(folder, fileOf(claim));
        const text = await readFile(path, 'utf8').catch(absent);
        if (text !== undefined) {
          const { results, damaged } = parse(text);
          await write(results);
          if (damaged > 0) {
            await rename(path, aside(path));
            log.error({ path, damaged }, 'Results that waited on disk are damaged; the file was put aside');
          } else {
            await unlink(path).catch(absent);
          }
        }
        own.delete(fileOf(claim));
      }),

    setAside: (claim) =>
      serially(fileOf(claim), async () => {
        const path = join(folder, fileOf(claim));
        await rename(path, aside(path)).catch(absent);
        own.delete(fileOf(claim));
      }),

    async claims() {
      const names = (await readdir(folder).catch(absent)) ?? [];
      return names.flatMap((name) => {
        const found = /^(\d+)-(\d+)\.jsonl$/.exec(name);
        return found ? [{ runId: Number(found[1]), fence: Number(found[2]) }] : [];
      });
    },
  };
}

const fileOf = ({ runId, fence }: ClaimKey) => `${runId}-${fence}.jsonl`;

const aside = (path: string) => `${path}.damaged`;

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(absent))?.size ?? 0;
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** A process that died while it wrote leaves half a line: that result was never said to be kept. */
function parse(text: string): { results: NewResult[]; damaged: number } {
  const lines = text.split('\n');
  lines.pop();
  const results: NewResult[] = [];
  for (const line of lines) {
    const parsed = storedResult.safeParse(fromJson(line));
    if (parsed.success)
      results.push({ suite: undefined, message: undefined, reason: undefined, ...parsed.data });
  }
  return { results, damaged: lines.length - results.length };
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
