import { describe, expect, it } from 'vitest';
import type { ReplayEntry, ReplayMode } from '../../model/replay.ts';
import { maxReadLength } from '../../replay/page-texts.ts';
import { newRecording, type SessionRecording } from '../../replay/record-session.ts';
import { createRedactor } from '../redaction/redactor.ts';
import { replayOf } from './replays.ts';

const secret = 'correct horse battery';
const longSecret = Array.from({ length: 1_000 }, (_, index) => `line ${index}`).join('.');

function recordingOf(entries: ReplayEntry[], pictures: number[] = []): SessionRecording {
  const recording = newRecording();
  for (const at of pictures) recording.reel.add({ at, data: `picture ${at}` });
  recording.entries.push(...entries);
  return recording;
}

const text = (at: number, words: string): ReplayEntry => ({
  at,
  kind: 'console',
  level: 'info',
  text: words,
});

async function replay(
  recordings: SessionRecording[],
  more: { mode?: ReplayMode; status?: 'passed' | 'failed' | 'broken'; suite?: string } = {},
) {
  const { mode = 'failed', status = 'failed', suite } = more;
  const outcome = { status, suite, startedAt: new Date(100_000), durationMs: 10_000 };
  return replayOf(outcome, {
    ...{ mode, recordings, redactor: await createRedactor([secret, longSecret]), log: () => {} },
    processEnd: { startedAt: new Date(50_000), endedAt: new Date(200_000) },
  });
}

describe('the replay of a test', () => {
  it.each([
    ['failed', 'failed', true],
    ['failed', 'broken', true],
    ['failed', 'passed', false],
    ['all', 'passed', true],
  ] as const)('in the mode %s is kept of one that %s: %s', async (mode, status, isKept) => {
    expect((await replay([recordingOf([text(60_000, 'x')])], { mode, status })) !== undefined).toBe(isKept);
  });

  it('is nothing without a recording', async () => {
    expect(await replay([])).toBeUndefined();
    expect(await replay([recordingOf([])])).toBeUndefined();
  });

  it('has the whole process, but of a suite only the time of the test', async () => {
    const recordings = [
      recordingOf([text(60_000, 'first'), text(97_000, 'second')], [60_000, 105_000]),
      recordingOf([text(150_000, 'third')], [150_000]),
    ];
    const whole = await replay(recordings);
    expect(whole?.entries.map(({ at }) => at)).toEqual([60_000, 97_000, 150_000]);
    expect(whole?.pictures.map(({ at }) => at)).toEqual([60_000, 105_000, 150_000]);
    const ofSuite = await replay(recordings, { suite: 'S' });
    expect(ofSuite?.entries.map(({ at }) => at)).toEqual([97_000]);
    expect(ofSuite?.pictures.map(({ at }) => at)).toEqual([105_000]);
  });

  it('has no secrets, also where a text is cut', async () => {
    const entries: ReplayEntry[] = [
      text(60_000, `token ${secret}`),
      {
        at: 61_000,
        kind: 'request',
        method: 'GET',
        url: `http://shop.test/?q=${encodeURIComponent(secret)}`,
        problem: '404',
      },
      { at: 62_000, kind: 'page', url: `http://shop.test/${encodeURIComponent(secret)}` },
      // As long as what is read of a text: it may be the beginning of the secret that is at its end.
      text(63_000, `${'-'.repeat(900)}${longSecret}`.slice(0, maxReadLength)),
      text(64_000, `${'-'.repeat(990)} ${secret}${'-'.repeat(2_988)}`),
    ];
    const stored = JSON.stringify(await replay([recordingOf(entries)]));
    expect(stored).not.toMatch(/horse|correct|line 1/);
    expect(stored.match(/\[hidden\]|%5Bhidden/g)?.length).toBe(4);
  });
});
