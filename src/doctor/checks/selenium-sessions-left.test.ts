import { expect, it } from 'vitest';
import type { CheckContext } from '../check-context.ts';
import { seleniumAway } from './selenium-away.ts';
import { seleniumSessionsLeft } from './selenium-sessions-left.ts';

/** A grid whose sessions are of other clients. */
function contextOf({ capacity, foreign }: { capacity: number; foreign: number }): CheckContext {
  const sessions = Array.from({ length: foreign }, (_, index) => ({ id: String(index), label: undefined }));
  const status = { kind: 'grid', ready: true, message: '', managesDownloads: false, capacity, sessions };
  const selenium = { address: 'http://hub:4444', status: async () => status };
  return {
    runningClaims: async () => [],
    containers: async () => ({ installation: 'ours', selenium: async () => selenium }),
    inspections: {},
  } as unknown as CheckContext;
}

const codesOf = async (context: CheckContext) =>
  [...(await seleniumAway.run(context)), ...(await seleniumSessionsLeft.run(context))].flatMap((finding) =>
    'code' in finding ? [finding.code] : [],
  );

it.each([
  ['has no node', { capacity: 0, foreign: 0 }, ['SELENIUM_UNREACHABLE']],
  ['has sessions of others alone', { capacity: 2, foreign: 2 }, ['SELENIUM_FULL']],
  ['has a free session', { capacity: 2, foreign: 1 }, []],
])('reports one cause when the grid %s', async (_, grid, codes) => {
  expect(await codesOf(contextOf(grid))).toEqual(codes);
});
