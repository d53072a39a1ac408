import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canMount, mountSmallDisk } from '../../test/support/small-disk.ts';
import { createLog } from '../log.ts';
import type { NewResult } from './recorder.ts';
import { createResultSpool } from './result-spool.ts';

const claim = { runId: 7, fence: 3 };

const result = (test: string, more: Partial<NewResult> = {}): NewResult => ({
  test,
  suite: undefined,
  status: 'passed',
  message: undefined,
  reason: undefined,
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  durationMs: 12.5,
  attachments: [],
  ...more,
});

describe('spooled results', () => {
  let home: string;
  let folder: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'matre-waiting-'));
    folder = join(home, 'waiting');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));
  const open = (limitBytes?: number) =>
    createResultSpool({
      folder,
      log: createLog({ level: 'silent' }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    });
  const taken = async (from = open()) => {
    const all: NewResult[] = [];
    await from.take(claim, async (results) => void all.push(...results));
    return all;
  };

  it('are returned unchanged, in order and once, also to another process', async () => {
    const results = [
      result('A', {
        suite: 'S',
        status: 'broken',
        message: 'several\nlines ✓',
        reason: { code: 'DISK_FULL', message: 'x' },
        attachments: [{ name: 'p', kind: 'screenshot', path: 'tests/p.png' }],
        place: {
          test: { file: 'T.xml', line: 3 },
          step: {
            file: 'A.xml',
            line: 4,
            stepKey: 'see',
            call: { file: 'T.xml', line: 9, actionGroup: 'G', stepKey: 'g' },
          },
        },
      }),
      result('B'),
    ];
    const waiting = open();
    for (const each of results) await waiting.add(claim, each);
    expect(waiting.has(claim)).toBe(true);
    expect(await open().claims()).toEqual([claim]);
    expect(await taken()).toEqual(results);
    expect(await taken(waiting)).toEqual([]);
    expect(waiting.has(claim)).toBe(false);
    expect(await open().claims()).toEqual([]);
  });

  it('stay spooled when they could not be written', async () => {
    const waiting = open();
    await waiting.add(claim, result('A'));
    const away = waiting.take(claim, () => Promise.reject(new Error('away')));
    await expect(away).rejects.toThrow('away');
    expect(waiting.has(claim)).toBe(true);
    expect(await taken(waiting)).toEqual([result('A')]);
  });

  it('are returned without the half of a line that a killed process left', async () => {
    await open().add(claim, result('A'));
    await appendFile(join(folder, '7-3.jsonl'), '{"test":"B","sta');
    expect(await taken()).toEqual([result('A')]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('are written except damaged ones, whose file is set aside', async () => {
    await open().add(claim, result('A'));
    await appendFile(join(folder, '7-3.jsonl'), '{"test":"B"}\nnot json\n');
    await open().add(claim, result('C'));
    expect((await taken()).map(({ test }) => test)).toEqual(['A', 'C']);
    expect(await readdir(folder)).toEqual(['7-3.jsonl.damaged']);
    expect(await open().claims()).toEqual([]);
  });

  it('are set aside on request', async () => {
    const waiting = open();
    await waiting.add(claim, result('A'));
    await waiting.setAside(claim);
    expect(await waiting.claims()).toEqual([]);
    expect(await readdir(folder)).toEqual(['7-3.jsonl.damaged']);
  });

  it('have a size limit', async () => {
    const waiting = open(400);
    await waiting.add(claim, result('A'));
    await expect(waiting.add(claim, result('B', { message: 'x'.repeat(400) }))).rejects.toMatchObject({
      code: 'DISK_FULL',
    });
    expect(await taken(waiting)).toEqual([result('A')]);
  });

  it.runIf(canMount)('of a full disk leave no half of a line for the next one', async () => {
    const disk = mountSmallDisk(64);
    try {
      folder = join(disk.folder, 'waiting');
      const waiting = open();
      await waiting.add(claim, result('A'));
      const large = result('B', { message: 'x'.repeat(100_000) });
      await expect(waiting.add(claim, large)).rejects.toMatchObject({ code: 'DISK_FULL' });
      disk.resize(512);
      await waiting.add(claim, result('C'));
      expect(await taken(waiting)).toEqual([result('A'), result('C')]);
    } finally {
      disk.unmount();
    }
  });

  it('belong to one claim, and other files in the folder are ignored', async () => {
    const waiting = open();
    await waiting.add(claim, result('A'));
    await waiting.add({ runId: 7, fence: 4 }, result('B'));
    await appendFile(join(folder, 'notes.txt'), 'x');
    expect((await waiting.claims()).map(({ fence }) => fence).sort()).toEqual([3, 4]);
    expect(await taken(waiting)).toEqual([result('A')]);
  });
});
