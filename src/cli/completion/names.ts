import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { withTimeout } from '../../async/timeout.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { headlineOf } from '../../model/failure-headline.ts';
import { listChannels } from '../../operations/channels/channels.ts';
import { listEnvironments } from '../../operations/environments/environments.ts';
import { completeUsed } from '../../operations/lint/lint.ts';
import { listRuns } from '../../operations/runs/list-runs.ts';
import { listSavedSelections } from '../../operations/saved-selections/saved-selections.ts';
import { listSchedules } from '../../operations/schedules/schedules.ts';
import { completeTests } from '../../operations/tests/test-history.ts';
import { listNotes } from '../../operations/triage/notes.ts';
import { listQuarantines } from '../../operations/triage/quarantines.ts';
import type { Caller } from '../client/caller.ts';

export type NameKind =
  | 'environments'
  | 'tests'
  | 'groups'
  | 'suites'
  | 'selectable'
  | 'modules'
  | 'runs'
  /** Runs and environments. */
  | 'comparable'
  | 'schedules'
  | 'quarantines'
  /** Causes of failures that have a note. */
  | 'causes'
  | 'savedSelections'
  | 'channels'
  /** What used-by can be asked about. */
  | 'usable';

/** Something that can be typed, and what it is. */
export interface Candidate {
  value: string;
  description?: string | undefined;
}

/** A user waits for the answer of the Tab key; without one the names of the cache are better than none. */
const timeoutMs = 1_500;
/** Long enough for a user who presses Tab several times, and short enough for a run that was just submitted. */
const freshMs = 10_000;
/** Older names are shown only if the server does not answer, and dropped after a day. */
const keptMs = 24 * 3600 * 1000;
const maxEntries = 60;
const maxCacheBytes = 1024 * 1024;

const candidates = z.array(z.object({ value: z.string(), description: z.string().optional() }));
const cacheFile = z.record(z.string(), z.object({ at: z.number(), candidates }));
type Cache = z.output<typeof cacheFile>;

/** The folder for the names that completion keeps; `undefined` without XDG_CACHE_HOME and HOME. */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CACHE_HOME: folder, HOME: home } = env;
  if (folder?.startsWith('/')) return join(folder, 'matre');
  return home?.startsWith('/') ? join(home, '.cache/matre') : undefined;
}

/**
 * The names of a kind that begin with, or for tests contain, a text. They come from the cache while they are fresh, else from the
 * server; from an older cache when the server does not answer in time. Names of different servers and users are kept apart by `owner`.
 */
export async function findNames(
  kind: NameKind,
  text: string,
  options: { open: () => Promise<Caller | undefined>; owner: string; folder: string | undefined },
): Promise<Candidate[]> {
  const { open, owner, folder } = options;
  const digest = createHash('sha256').update(owner).digest('hex').slice(0, 24);
  const path = folder && join(folder, `names-${digest}.json`);
  const cache = path === undefined ? {} : await readCache(path);
  const key = isOfCatalog(kind) ? `${kind} ${text}` : kind;
  const cached = Object.hasOwn(cache, key) ? cache[key] : undefined;
  if (cached !== undefined && Date.now() - cached.at < freshMs) return cached.candidates;
  const names = await withTimeout(
    timeoutMs,
    () => fetchNames(kind, text, open),
    () => undefined,
  ).catch(() => undefined);
  if (names === undefined) return cached?.candidates ?? [];
  if (path !== undefined) await writeCache(path, { ...cache, [key]: { at: Date.now(), candidates: names } });
  return names;
}

/** Those of the catalog are too many to keep, so the server finds them. */
const keptKinds: readonly NameKind[] = [
  'environments',
  'runs',
  'comparable',
  'quarantines',
  'causes',
  'schedules',
  'savedSelections',
  'channels',
];
const isOfCatalog = (kind: NameKind) => !keptKinds.includes(kind);

async function fetchNames(
  kind: NameKind,
  text: string,
  open: () => Promise<Caller | undefined>,
): Promise<Candidate[] | undefined> {
  const caller = await open();
  if (caller === undefined) return undefined;
  try {
    switch (kind) {
      case 'environments':
        return await environmentNames(caller);
      case 'comparable':
        return [...(await environmentNames(caller)), ...(await runNumbers(caller))];
      case 'schedules':
        return (await caller.call(listSchedules, {})).schedules.map(({ name, cron }) => ({
          value: name,
          description: cron,
        }));
      case 'savedSelections':
        return (await caller.call(listSavedSelections, {})).savedSelections.map(({ name, summary }) => ({
          value: name,
          description: summary,
        }));
      case 'channels':
        return (await caller.call(listChannels, {})).channels.map(({ name, kind }) => ({
          value: name,
          description: kind,
        }));
      case 'quarantines':
        return (await caller.call(listQuarantines, { state: 'active' })).quarantines.map(
          ({ id, test, environment }) => ({
            value: String(id),
            description: `${test} on ${environment ?? 'all environments'}`,
          }),
        );
      case 'causes':
        return (await caller.call(listNotes, {})).notes.map(({ cause, message }) => ({
          value: cause,
          description: headlineOf(message ?? ''),
        }));
      case 'runs':
        return await runNumbers(caller);
      case 'usable': {
        const { names } = await caller.call(completeUsed, { text, limit: 100 });
        return names.map(({ name, kind }) => ({ value: name, description: kind }));
      }
      default: {
        const { names } = await caller.call(completeTests, {
          text,
          limit: 100,
          ...(kind === 'modules' && { of: 'modules' as const }),
        });
        const only = kind === 'selectable' ? undefined : kind.slice(0, -1);
        return names
          .filter((each) => only === undefined || each.kind === only)
          .map(({ name, kind }) => ({ value: name, description: kind }));
      }
    }
  } finally {
    await caller.close();
  }
}

async function environmentNames(caller: Caller): Promise<Candidate[]> {
  const { environments } = await caller.call(listEnvironments, {});
  return environments.map(({ code, name }) => ({ value: code, description: name }));
}

/** The newest runs. */
async function runNumbers(caller: Caller): Promise<Candidate[]> {
  const { runs } = await caller.call(listRuns, { limit: 50 });
  return runs.map(({ id, environment, state, verdict }) => ({
    value: String(id),
    description: `${environment} ${verdict ?? state}`,
  }));
}

async function readCache(path: string): Promise<Cache> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > maxCacheBytes) return {};
    const entries = Object.entries(cacheFile.parse(JSON.parse(text)));
    return Object.fromEntries(entries.filter(([, { at }]) => Date.now() - at < keptMs));
  } catch {
    return {};
  }
}

/** Never rejects: without a cache the server is asked each time. */
async function writeCache(path: string, cache: Cache): Promise<void> {
  const newest = Object.entries(cache)
    .sort(([, one], [, other]) => other.at - one.at)
    .slice(0, maxEntries);
  try {
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
    await writeFileAtomically(path, JSON.stringify(Object.fromEntries(newest)), { mode: 0o600 });
  } catch {
    // A full disk or a read-only home must not spoil the line that the user is typing.
  }
}
