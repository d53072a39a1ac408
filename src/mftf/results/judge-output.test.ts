import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { maxKeptSteps, maxMessageLength, maxStepNameLength } from '../../model/limits.ts';
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
async function judge({ message = 'It failed.', steps = [] }: { message?: string; steps?: AllureStep[] }) {
  const folder = mkdtempSync(join(tmpdir(), 'matre-judge-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [files, stepsFolder] = [join(folder, 'files'), join(folder, 'steps')];
  mkdirSync(join(files, 'allure-results'), { recursive: true });
  mkdirSync(stepsFolder);
  const name = 'Magento\\AcceptanceTest\\_default\\Backend\\ATestCest::ATest';
  const result = {
    ...{ fullName: name, status: 'failed', statusDetails: { message }, start: 1, stop: 2 },
    ...{ labels: [], attachments: [], steps },
  };
  writeFileSync(join(files, 'allure-results/1-result.json'), JSON.stringify(result));
  const ended = new Date(9);
  const request = {
    folder: files,
    stepsFolder,
    place: 'tests/001-ATest',
    planned: [{ name: 'ATest', suite: undefined }],
    processEnd: {
      end: { kind: 'exited' as const, code: 1, outOfMemory: false },
      ...{ log: '', startedAt: new Date(0), endedAt: ended, stopped: undefined },
    },
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
});
