import { beforeEach, expect, it } from 'vitest';
import type { Context } from '../../src/operations/core/context.ts';
import type { NewResult } from '../../src/queue/recorder.ts';
import type { TestServer } from '../support/app.ts';

/** The steps of tests, as the page gets them. */
export function pageStepsConformance(
  opened: () => { server: TestServer; context: Context },
  {
    add,
    execute,
    fails,
  }: {
    add(code: string): Promise<unknown>;
    execute(environment: string, test: string, result: Partial<NewResult>): Promise<number>;
    fails(message: string): Partial<NewResult>;
  },
): void {
  let { server, context } = opened();
  beforeEach(() => {
    ({ server, context } = opened());
  });

  it('shows the steps of a test, and nothing for missing steps', async () => {
    await add('us');
    const stored = [
      {
        name: 'login',
        status: 'passed',
        durationMs: 5,
        steps: [
          {
            name: 'click',
            status: 'failed',
            durationMs: 3,
            steps: [],
            attachments: [{ name: 'Body', path: 'tests/b.txt' }],
          },
        ],
      },
    ];
    const attachments = [{ name: 'Steps', kind: 'steps' as const, path: 'tests/steps.json' }];
    const id = await execute('us', 'A', { ...fails('no'), attachments });
    const steps = (query: string) => server.ask('GET', `/api/runs/${id}/steps?${query}`);
    expect((await steps('test=A')).body.code).toBe('NOT_FOUND');
    await context.artifacts.write(id, 'tests/steps.json', JSON.stringify(stored));
    expect((await steps('test=A')).body).toEqual({
      test: 'A',
      suite: null,
      attempt: 1,
      more: false,
      // Files of earlier versions have no attachments.
      steps: [{ ...stored[0], attachments: [], steps: stored[0]?.steps }],
    });
    for (const query of ['test=B', 'test=A&suite=S', 'test=A&attempt=2']) {
      expect((await steps(query)).body.code).toBe('NOT_FOUND');
    }
    const manyResults = Array.from({ length: 6_000 }, () => ({
      name: 's',
      status: 'passed',
      durationMs: 0,
      steps: [],
    }));
    await context.artifacts.write(id, 'tests/steps.json', JSON.stringify(manyResults));
    const truncated = (await steps('test=A')).body;
    expect([truncated.steps.length, truncated.more]).toEqual([5_000, true]);
    for (const content of ['{', '[{"name":1}]', '7']) {
      await context.artifacts.write(id, 'tests/steps.json', content);
      expect((await steps('test=A')).body.code).toBe('RESULT_UNREADABLE');
    }
  });
}
