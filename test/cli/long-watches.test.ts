import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LongWatch, startLongWatches } from './long-watches.ts';

describe('run --watch of a run of 30 seconds', () => {
  let watches: LongWatch[];
  let close = async () => {};
  // 24 processes: 4 outputs, with and without garbage collection, 3 verdicts.
  beforeAll(async () => {
    const started = await startLongWatches({ times: 1, runMs: 30_000 });
    close = started.close;
    watches = await started.finished;
  });
  afterAll(() => close());

  it('ends with the exit code of its verdict', () => {
    const codes = (key: 'code' | 'expectedCode') =>
      watches.map((watch) => `${watch.output} ${watch.test} ${watch[key]}`);
    expect(codes('code')).toEqual(codes('expectedCode'));
  });

  it('ends without being forced, because no handle is open any more', () => {
    expect(watches.filter(({ endedByItself }) => !endedByItself)).toEqual([]);
  });

  it('prints its last line to a pipe and to a terminal', () => {
    for (const { output, stdout, stderr, test } of watches) {
      const lastLine =
        output === 'json'
          ? /"verdict": "\w+"(.|\n)*\}\n$/
          : /env-\d+ .*(passed|failed|broken).*matre show \d+/;
      expect({ output, test, stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(lastLine) });
    }
  });

  it('writes the JUnit report', () => {
    const reports = watches.filter(({ output }) => output === 'junit');
    expect(reports).toHaveLength(6);
    for (const { report, test } of reports) expect(report).toContain(`<testcase name="${test}"`);
  });
});
