import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { createRunFolders, type RunFolders, type RunIdentity } from './run-folders.ts';

describe('the folder of a run', () => {
  let folder: string;
  let runs: Map<number, RunIdentity>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matre-folders-'));
    runs = new Map();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Those of a process that starts now. */
  const open = (): RunFolders =>
    createRunFolders({
      folder,
      readIdentity: async (id) => runs.get(id),
      log: createLog({ level: 'silent' }),
    });
  const longAgo = new Date(0);
  const run = (identity: string | undefined, queuedAt = longAgo) => runs.set(5, { identity, queuedAt });
  const aside = () => {
    const home = join(folder, 'set-aside', 'runs');
    return readdirSync(home).map((name) => readFileSync(join(home, name, 'run.log'), 'utf8'));
  };
  const writeLog = async (text: string) => writeFileSync(join(await open().create(5), 'run.log'), text);

  it('is that of the run which has its number now, and another run with the number never sees it', async () => {
    run('one');
    await writeLog('of one');
    expect(await open().find(5)).toBe(join(folder, 'runs', '5'));
    // The database was restored from a backup, and the number was used again.
    run('two');
    expect(await open().find(5)).toBeUndefined();
    await writeLog('of two');
    expect(readFileSync(join(folder, 'runs', '5', 'run.log'), 'utf8')).toBe('of two');
    expect(aside()).toEqual(['of one']);
  });

  it('is set aside once by processes that write at the same time, and nothing of the new run is', async () => {
    run('0');
    await writeLog('of 0');
    for (let number = 1; number <= 2; number++) {
      run(String(number));
      await Promise.all(
        Array.from({ length: 16 }, async (_, index) => {
          // Some come later, while others have already set the folder aside and created theirs.
          for (let turn = 0; turn < index; turn++) await setImmediate();
          writeFileSync(join(await open().create(5), `file-${index}`), '');
        }),
      );
      await writeLog(`of ${number}`);
      expect(aside().sort()).toEqual(Array.from({ length: number }, (_, earlier) => `of ${earlier}`));
      expect(readdirSync(join(folder, 'runs'))).toEqual(['5']);
      expect(readdirSync(join(folder, 'runs', '5')).sort()).toEqual(
        ['.run', 'run.log', ...Array.from({ length: 16 }, (_, index) => `file-${index}`)].sort(),
      );
    }
  });

  it('replaces the draft that a process left which died while it created one', async () => {
    const drafts = ['.5-dead', '.51-other', '.5-live'].map((name) => join(folder, 'runs', name));
    for (const draft of drafts) mkdirSync(draft, { recursive: true });
    for (const draft of drafts.slice(0, 2)) utimesSync(draft, new Date(0), new Date(0));
    run('one');
    await open().create(5);
    expect(readdirSync(join(folder, 'runs')).sort()).toEqual(['.5-live', '.51-other', '5']);
  });

  it('is taken over from an earlier version, whose runs have no identity', async () => {
    mkdirSync(join(folder, 'runs', '5'), { recursive: true });
    writeFileSync(join(folder, 'runs', '5', 'run.log'), 'earlier, ');
    run(undefined, new Date());
    expect(await open().find(5)).toBe(join(folder, 'runs', '5'));
    expect(readdirSync(await open().create(5))).toEqual(['run.log']);
  });

  it('is taken over from a worker of an earlier version that executed a run of this one', async () => {
    run('one', new Date());
    mkdirSync(join(folder, 'runs', '5'), { recursive: true });
    writeFileSync(join(folder, 'runs', '5', 'run.log'), 'earlier, ');
    expect(readdirSync(await open().create(5)).sort()).toEqual(['.run', 'run.log']);
  });

  it('is not taken over from an earlier version when it is older than the run', async () => {
    mkdirSync(join(folder, 'runs', '5'), { recursive: true });
    writeFileSync(join(folder, 'runs', '5', 'run.log'), 'of a run that was lost');
    run('one', new Date(Date.now() + 3_600_000));
    expect(await open().find(5)).toBeUndefined();
    expect(readdirSync(await open().create(5))).toEqual(['.run']);
    expect(aside()).toEqual(['of a run that was lost']);
  });

  it('is set aside on request when the database has no such run', async () => {
    run('one');
    await writeLog('of one');
    expect(await open().setAsideForeign(5)).toBe(false);
    runs.clear();
    expect(await open().setAsideForeign(5)).toBe(true);
    expect(await open().numbers()).toEqual([]);
    expect(aside()).toEqual(['of one']);
  });
});
