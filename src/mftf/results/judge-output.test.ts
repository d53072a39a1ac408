import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  maxAttachmentNameLength,
  maxAttachments,
  maxKeptSteps,
  maxMessageLength,
  maxStepNameLength,
} from '../../model/limits.ts';
import { readReply } from '../../threads/task.ts';
import { judgeOutput } from './judge-output.ts';

interface AllureStep {
  name: string;
  status: string;
  start: number;
  stop: number;
  steps: AllureStep[];
}

const step = (name: string, steps: AllureStep[] = [], status = 'passed'): AllureStep => ({
  ...{ name, status, start: 1, stop: 2, steps },
});

/** The outcome of a failed test with a message and steps, and its kept steps. */
async function judge({
  message = 'It failed.',
  steps = [],
  secrets = [],
  attachments = [],
  times = { start: 1, stop: 2 },
}: {
  message?: string;
  steps?: AllureStep[];
  secrets?: string[];
  attachments?: { name: string; source: string }[];
  times?: { start: number; stop: number };
}) {
  const folder = mkdtempSync(join(tmpdir(), 'matre-judge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [files, stepsFolder] = [join(folder, 'files'), join(folder, 'steps')];
  mkdirSync(join(files, 'allure-results'), { recursive: true });
  mkdirSync(stepsFolder);
  const name = 'Magento\\AcceptanceTest\\_default\\Backend\\ATestCest::ATest';
  const result = {
    ...{ fullName: name, status: 'failed', statusDetails: { message }, ...times },
    ...{ labels: [], attachments, steps },
  };
  writeFileSync(join(files, 'allure-results/1-result.json'), JSON.stringify(result));
  const ended = new Date(9);
  const request = {
    folder: files,
    stepsFolder,
    place: 'tests/001-ATest',
    planned: [{ name: 'ATest', suite: undefined }],
    waitSeconds: 30,
    processEnd: {
      end: { kind: 'exited' as const, code: 1, outOfMemory: false },
      ...{ logStart: '', log: '', startedAt: new Date(0), endedAt: ended, stopped: undefined },
    },
    secrets,
  };
  const judged = readReply(await judgeOutput({ id: 1, request }));
  const [outcome] = judged.outcomes;
  const kept = outcome?.stepsFile && JSON.parse(readFileSync(join(stepsFolder, outcome.stepsFile), 'utf8'));
  return { ...judged, outcome, kept };
}

describe('the judged output of a process', () => {
  it('has the outcomes, and where each file is kept', async () => {
    const { outcome, files, kept } = await judge({ steps: [step('Open'), step('Click', [], 'failed')] });
    expect(outcome).toMatchObject({
      ...{ test: 'ATest', status: 'failed', message: 'It failed.' },
      steps: { count: 2, failed: { title: 'Click', number: 2 } },
    });
    expect(kept).toMatchObject([{ name: 'Open' }, { name: 'Click', status: 'failed' }]);
    const file = 'allure-results/1-result.json';
    expect(files).toEqual([{ file, path: `tests/001-ATest/${file}` }]);
  });

  it('cuts a message beyond the limit, and says so', async () => {
    const longest = 'm'.repeat(maxMessageLength);
    expect((await judge({ message: longest })).outcome?.message).toBe(longest);
    expect((await judge({ message: `${longest}m` })).outcome?.message).toBe(
      `${longest}\n[matre] The message is cut here: it has ${maxMessageLength + 1} characters.`,
    );
  });

  it('keeps the names of steps up to the limit', async () => {
    const { kept, outcome } = await judge({ steps: [step('n'.repeat(maxStepNameLength + 1), [], 'failed')] });
    expect(kept[0].name).toHaveLength(maxStepNameLength);
    expect(outcome?.steps?.failed?.title).toHaveLength(maxStepNameLength);
  });

  it('keeps one step more than a reader shows, and counts all', async () => {
    const steps = Array.from({ length: maxKeptSteps + 5 }, () => step('Click'));
    const { kept, outcome } = await judge({ steps });
    expect(kept).toHaveLength(maxKeptSteps + 1);
    expect(outcome?.steps?.count).toBe(maxKeptSteps + 5);
    const { kept: fewer } = await judge({ steps: steps.slice(0, maxKeptSteps) });
    expect(fewer).toHaveLength(maxKeptSteps);
  });

  it('keeps a hundred attachments of a result, with names of whole characters', async () => {
    const source = '1-result.json';
    const attachments = Array.from({ length: maxAttachments + 1 }, () => ({
      name: '😀'.repeat(1_000),
      source,
    }));
    const { outcome } = await judge({ attachments });
    expect(outcome?.attachments).toHaveLength(maxAttachments);
    expect(outcome?.attachments[0]?.name).toBe(`${'😀'.repeat(maxAttachmentNameLength - 1)}…`);
  });

  it('has no duration that the database cannot store, and no time beyond the year 9999', async () => {
    const long = await judge({ times: { start: 1, stop: Date.UTC(9999, 1, 1) } });
    expect(long.outcome).toMatchObject({ status: 'failed', durationMs: 7 * 24 * 3_600_000 });
    for (const start of [Date.UTC(10_000, 0, 1), Number.MAX_SAFE_INTEGER]) {
      const { outcome } = await judge({ times: { start, stop: start } });
      expect(outcome).toMatchObject({ status: 'broken', reason: { code: 'RESULT_UNREADABLE' } });
      expect(outcome?.startedAt.toISOString()).toMatch(/^\d{4}-/);
    }
  });

  it('invariant 10: has no secret that appears when the result files are decoded', async () => {
    const secret = 'Admin!23/é';
    // In the file this is in a third encoding, JSON.
    const encoded = JSON.stringify(encodeURIComponent(secret));
    const beyond = `${'m'.repeat(maxMessageLength - 5)}${secret}`;
    const steps = [step(`fill ${encoded}`, [], 'failed')];
    const { outcome, kept } = await judge({ message: beyond, steps, secrets: [secret] });
    expect(JSON.stringify(kept)).toContain('[hidden]');
    for (const name of [kept[0].name, outcome?.steps?.failed?.title]) expect(name).toBe('fill "[hidden]"');
    expect(outcome?.message).not.toContain('Admi');
  });
});
