import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertKind, AlertMember, AlertObservation, PendingCondition } from '../model/alert.ts';
import { decideTransitions } from './transitions.ts';

const condition = (key: string, common?: string) => ({
  key,
  subject: key,
  message: `${key} is broken.`,
  action: 'Mend it.',
  page: `/environments/${key}`,
  ...(common !== undefined && { common }),
});

/** What is open and what waits after some observations, as the store keeps it. */
function createState(kind: AlertKind) {
  let nextId = 1;
  let open: { id: number; subject: string; members: AlertMember[]; startedAt: string }[] = [];
  let pending: Record<string, PendingCondition> = {};
  return {
    open: () => open,
    pending: () => pending,
    /** Returns what began and ended: `+us`, `-us`. */
    see(observation: Pick<AlertObservation, 'present' | 'undecided'>, now: string): string[] {
      const changes = decideTransitions(
        { source: kind, kind, endReason: 'It is over.', ...observation },
        { open, pending, now },
      );
      const ended = open.filter(({ id }) => changes.end.some((each) => each.id === id));
      const kept = open.flatMap((alert) => {
        const change = changes.keep.find(({ id }) => id === alert.id);
        return change ? [{ ...alert, members: change.members }] : [];
      });
      const began = changes.begin.map((each) => {
        nextId += 1;
        return { id: nextId, subject: each.subject, members: each.members, startedAt: each.startedAt };
      });
      open = [...kept, ...began];
      pending = changes.pending;
      return [...began.map(({ subject }) => `+${subject}`), ...ended.map(({ subject }) => `-${subject}`)];
    },
  };
}

/** Keys that are present; `?us`: could not be judged; `?`: nothing else could be judged. */
function parse(text: string): Pick<AlertObservation, 'present' | 'undecided'> {
  const words = text.split(' ').filter((word) => word !== '');
  return {
    present: words.filter((word) => !word.startsWith('?')).map((key) => condition(key)),
    undecided: words.includes('?')
      ? 'others'
      : words.filter((word) => word.startsWith('?')).map((word) => word.slice(1)),
  };
}

describe('the transitions of alerts', () => {
  const table: [title: string, kind: AlertKind, observations: string[], expected: string[]][] = [
    ['a fact begins and ends at once', 'environment-broken', ['us', '', ''], ['+us', '-us', '']],
    [
      'what is measured must be seen twice',
      'disk-full',
      ['/data', '/data', '', ''],
      ['', '+/data', '', '-/data'],
    ],
    ['one look between two others is nothing', 'disk-full', ['/data', '', '/data', ''], ['', '', '', '']],
    [
      'an open alert that comes and goes stays open',
      'disk-full',
      ['a', 'a', '', 'a', '', 'a'],
      ['', '+a', '', '', '', ''],
    ],
    [
      'an engine is asked three times',
      'engine-unreachable',
      ['h', 'h', 'h', '', ''],
      ['', '', '+h', '', '-h'],
    ],
    [
      'what cannot be judged does not end',
      'environment-broken',
      ['us', '?us', '?', ''],
      ['+us', '', '', '-us'],
    ],
    ['nor does it begin', 'disk-full', ['a', '?a', '?', 'a'], ['', '', '', '+a']],
    [
      'nor is it forgotten that it was absent once',
      'disk-full',
      ['a', 'a', '', '?', ''],
      ['', '+a', '', '', '-a'],
    ],
    ['two at once are two alerts', 'environment-broken', ['us es', 'es'], ['+us +es', '-us']],
    [
      'three at once are one',
      'environment-broken',
      ['us es de', 'us', ''],
      ['+us and 2 more', '', '-us and 2 more'],
    ],
    [
      'another one later is news',
      'environment-broken',
      ['us es de', 'us es de fr'],
      ['+us and 2 more', '+fr'],
    ],
    [
      'one that left a group and returns is news',
      'environment-broken',
      ['us es de', 'us es', 'us es de'],
      ['+us and 2 more', '', '+de'],
    ],
  ];
  it.each(table)('%s', (_title, kind, observations, expected) => {
    const state = createState(kind);
    expect(observations.map((text, index) => state.see(parse(text), `t${index}`).join(' '))).toEqual(
      expected,
    );
  });

  it('say when it was seen first, not when it was confirmed', () => {
    const state = createState('engine-unreachable');
    for (const at of ['03:00', '03:01', '03:02']) state.see(parse('h'), at);
    expect(state.open()).toMatchObject([{ startedAt: '03:00' }]);
  });

  it('give a group the words that its conditions share, and name some of them', () => {
    const present = Array.from({ length: 12 }, (_, index) => condition(`e${index}`, 'The shops are away'));
    const observation = {
      source: 's',
      kind: 'environment-broken' as const,
      present,
      undecided: [],
      endReason: '',
    };
    const { begin } = decideTransitions(observation, { open: [], pending: {}, now: 't' });
    expect(begin).toMatchObject([
      {
        subject: 'e0 and 11 more',
        message: 'The shops are away (12): e0, e1, e2, e3, e4, e5, e6, e7, e8, e9 and 2 more.',
        page: '/environments',
      },
    ]);
  });

  it('say why all of a group ended', () => {
    const endReasons = new Map([
      ['us', 'Run 7: passed.'],
      ['es', 'Run 8: failed.'],
    ]);
    const endReasonOf = (keys: string[]) => {
      const observation = { source: 's', kind: 'environment-broken' as const, present: [], undecided: [] };
      const open = [{ id: 1, members: keys.map((key) => ({ key, absent: 0 })) }];
      const words = { endReasons, endReason: 'It was removed.' };
      return decideTransitions({ ...observation, ...words }, { open, pending: {}, now: 't' }).end[0]
        ?.endReason;
    };
    expect(endReasonOf(['us'])).toBe('Run 7: passed.');
    expect(endReasonOf(['us', 'es', 'de', 'fr'])).toBe('Run 7: passed. Run 8: failed. It was removed.');
  });

  it('judge no more than a thousand conditions of one source, and forget none of the others', () => {
    const present = Array.from({ length: 1_500 }, (_, index) => condition(`e${index}`));
    const observation = { source: 's', kind: 'disk-full' as const, present, undecided: [], endReason: '' };
    const { pending } = decideTransitions(observation, { open: [], pending: {}, now: 't' });
    expect(Object.keys(pending)).toHaveLength(1_000);
    const open = [{ id: 1, members: [{ key: 'e1499', absent: 1 }] }];
    expect(decideTransitions(observation, { open, pending: {}, now: 't' }).end).toEqual([]);
  });

  it('take a key for a key, whatever its name', () => {
    const state = createState('disk-full');
    expect(state.see(parse('__proto__ constructor'), 't0')).toEqual([]);
    expect(state.see(parse('__proto__ constructor'), 't1')).toEqual(['+__proto__', '+constructor']);
  });

  const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 });
  const observations = fc.array(
    fc.record({
      present: keys.map((list) => list.map((key) => condition(key))),
      undecided: fc.oneof(keys, fc.constant('others' as const)),
    }),
    { maxLength: 40 },
  );
  const kinds = fc.constantFrom<AlertKind>(
    'disk-full',
    'engine-unreachable',
    'environment-broken',
    'certificate-ends',
  );

  it('cover each condition by one alert at most, and never begin what is open', () => {
    fc.assert(
      fc.property(kinds, observations, (kind, seen) => {
        const state = createState(kind);
        for (const [index, observation] of seen.entries()) {
          const coveredBefore = new Set(state.open().flatMap(({ members }) => members.map(({ key }) => key)));
          const before = new Set(state.open().map(({ id }) => id));
          state.see(observation, `t${index}`);
          const members = state.open().flatMap((alert) => alert.members.map(({ key }) => key));
          expect(new Set(members).size).toBe(members.length);
          for (const alert of state.open().filter(({ id }) => !before.has(id))) {
            for (const { key } of alert.members) {
              expect(coveredBefore.has(key)).toBe(false);
              // Only what is present now begins.
              expect(observation.present.map((each) => each.key)).toContain(key);
            }
          }
          // What waits is not open at the same time, and is bounded by what was seen.
          expect(Object.keys(state.pending()).filter((key) => members.includes(key))).toEqual([]);
          expect(Object.keys(state.pending()).length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it('change nothing for what cannot be judged', () => {
    fc.assert(
      fc.property(kinds, observations, fc.nat({ max: 5 }), (kind, seen, blind) => {
        const [plain, interrupted] = [createState(kind), createState(kind)];
        for (const [index, observation] of seen.entries()) {
          for (let each = 0; each < blind; each += 1) {
            expect(interrupted.see({ present: [], undecided: 'others' }, `x${index}`)).toEqual([]);
          }
          expect(interrupted.see(observation, `t${index}`)).toEqual(plain.see(observation, `t${index}`));
        }
        expect(interrupted.open()).toEqual(plain.open());
      }),
    );
  });

  it('begin and end in turn for each condition, however it flickers', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '', '?'), { maxLength: 60 }), (texts) => {
        const state = createState('disk-full');
        const changes = texts.flatMap((text, index) => state.see(parse(text), `t${index}`));
        for (const [index, text] of changes.entries()) expect(text).toBe(index % 2 === 0 ? '+a' : '-a');
      }),
    );
  });

  it('end when everything is gone, after as many looks as the kind takes', () => {
    fc.assert(
      fc.property(kinds, observations, (kind, seen) => {
        const state = createState(kind);
        for (const [index, observation] of seen.entries()) state.see(observation, `t${index}`);
        for (let each = 0; each < 3; each += 1) state.see({ present: [], undecided: [] }, 'end');
        expect(state.open()).toEqual([]);
        expect(state.pending()).toEqual({});
      }),
    );
  });
});
