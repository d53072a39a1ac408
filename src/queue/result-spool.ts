import { appendFile, mkdir, readdir, readFile, rename, stat, truncate, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { asDiskFull, Fault, type FaultCode, faults } from '../faults/fault.ts';
import { ifPresent } from '../files/missing-file.ts';
import type { Logger } from '../log.ts';
import { attachmentKinds, statuses } from '../model/result.ts';
import { storedPlace } from '../store/tables/stored-place.ts';
import { storedWaits } from '../store/tables/stored-waits.ts';
import type { LastingClaimKey } from './claim-key.ts';
import type { NewResult } from './recorder.ts';

/** Results that could not be written to the database yet; on disk, so that they outlive this process. */
export interface ResultSpool {
  /** Appends a result to those of its claim. Errors: DISK_FULL, also when the file of the claim is too large. */
  add(claim: LastingClaimKey, result: NewResult): Promise<void>;
  /** Whether this process has added results of this claim that were not taken yet. */
  has(claim: LastingClaimKey): boolean;
  /**
   * Passes the results of a claim to `write`, in the order in which they were added, and removes them when it resolves. A result
   * may be written twice when the process dies in between.
   */
  take(claim: LastingClaimKey, write: (results: NewResult[]) => Promise<void>): Promise<void>;
  /** Renames the file of a claim whose results cannot be written: it is kept for an admin, and never read again. */
  setAside(claim: LastingClaimKey): Promise<void>;
  /** Every claim with spooled results, of any process. */
  claims(): Promise<LastingClaimKey[]>;
}

/** For each claim. A result has some kilobytes; a spooled claim has at most those of one block of tests. */
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
  startedAt: z.iso.datetime().transform((text) => new Date(text)),
  durationMs: z.number(),
  attachments: z.array(z.object({ name: z.string(), kind: z.enum(attachmentKinds), path: z.string() })),
  steps: z
    .object({
      count: z.number(),
      failed: z.object({ title: z.string(), number: z.number() }).optional(),
      waits: storedWaits.optional(),
    })
    .transform(({ count, failed, waits }) => ({ count, failed, ...(waits && { waits }) }))
    .optional(),
  place: storedPlace.optional(),
});

/** Creates `folder` when it is needed. One file for each claim, one line of JSON for each result. */
export function createResultSpool(deps: { folder: string; log: Logger; limitBytes?: number }): ResultSpool {
  const { folder, log, limitBytes = defaultLimitBytes } = deps;
  const own = new Set<string>();
  /** The last operation on the file of each claim. */
  const lastOperations = new Map<string, Promise<unknown>>();

  /** Runs operations on the same file one after the other. */
  function serially<T>(name: string, work: () => Promise<T>): Promise<T> {
    const previous = lastOperations.get(name) ?? Promise.resolve();
    const operation = previous.then(work, work);
    const settled = operation
      .catch(() => {})
      .then(() => {
        if (lastOperations.get(name) === settled) lastOperations.delete(name);
      });
    lastOperations.set(name, settled);
    return operation;
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
              `More than ${limitBytes} bytes of results of run ${claim.runId} are spooled.`,
            );
          }
          await appendFile(path, line, { mode: 0o600, flush: true }).catch(async (error) => {
            // A full disk may have accepted half of the line, and the next one must not follow it.
            await ifPresent(truncate(path, size));
            throw error;
          });
        } catch (error) {
          throw asDiskFull(error);
        }
        own.add(fileOf(claim));
      }),

    has: (claim) => own.has(fileOf(claim)),

    take: (claim, write) =>
      serially(fileOf(claim), async () => {
        const path = join(folder, fileOf(claim));
        const text = await ifPresent(readFile(path, 'utf8'));
        if (text !== undefined) {
          const { results, damaged } = parse(text);
          await write(results);
          if (damaged > 0) {
            await rename(path, damagedPath(path));
            log.error({ path, damaged }, 'Spooled results are damaged; their file was set aside');
          } else {
            await ifPresent(unlink(path));
          }
        }
        own.delete(fileOf(claim));
      }),

    setAside: (claim) =>
      serially(fileOf(claim), async () => {
        const path = join(folder, fileOf(claim));
        await ifPresent(rename(path, damagedPath(path)));
        own.delete(fileOf(claim));
      }),

    async claims() {
      const names = (await ifPresent(readdir(folder))) ?? [];
      return names.flatMap((name) => {
        const [, runId, fence, identity] = /^(\d+)-(\d+)(?:-([0-9a-f-]{36}))?\.jsonl$/.exec(name) ?? [];
        return runId === undefined ? [] : [{ runId: Number(runId), fence: Number(fence), identity }];
      });
    },
  };
}

const fileOf = ({ runId, fence, identity }: LastingClaimKey) =>
  `${[runId, fence, ...(identity === undefined ? [] : [identity])].join('-')}.jsonl`;

const damagedPath = (path: string) => `${path}.damaged`;

async function sizeOf(path: string): Promise<number> {
  return (await ifPresent(stat(path)))?.size ?? 0;
}

/** A process that died while it wrote leaves half a line: `add` of that result has never resolved. */
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
