import { expect, it } from 'vitest';
import { judgeMessages } from './judge.ts';

const accepted = (at: number) => ({ channel: 'ops', run: 7, at });
const kill = (at: number, ...unrecorded: string[]) => ({ at, unrecorded: new Set(unrecorded) });

it('finds what was lost', () => {
  expect(
    judgeMessages({ expected: ['ops 7', 'ops 8'], acceptances: [accepted(1)], kills: [] }),
  ).toMatchObject({
    ...{ sent: 1, lost: ['ops 8'], doubled: [], unavoidable: [] },
  });
});

it('finds what arrived twice, or was not to be told', () => {
  const twice = { expected: ['ops 7'], acceptances: [accepted(1), accepted(9)], kills: [] };
  expect(judgeMessages(twice).doubled).toHaveLength(1);
  expect(judgeMessages({ expected: [], acceptances: [accepted(1)], kills: [] }).doubled).toHaveLength(1);
});

it('excuses a second arrival only after a kill in between, of which the outbox knew nothing', () => {
  const acceptances = [accepted(1), accepted(9)];
  const judge = (...kills: ReturnType<typeof kill>[]) => {
    const { doubled, unavoidable } = judgeMessages({ expected: ['ops 7'], acceptances, kills });
    return [doubled.length, unavoidable.length];
  };
  expect(judge(kill(5, 'ops 7'))).toEqual([0, 1]);
  expect(judge(kill(5, 'ops 8'))).toEqual([1, 0]);
  expect(judge(kill(0, 'ops 7'))).toEqual([1, 0]);
  expect(judge(kill(10, 'ops 7'))).toEqual([1, 0]);
});
