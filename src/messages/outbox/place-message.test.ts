import { describe, expect, it } from 'vitest';
import type { PlannedMessage } from '../../model/message.ts';
import type { ThreadMessage } from '../../store/tables/message-plans.ts';
import { placeMessage } from './place-message.ts';

const planned = (more: Partial<PlannedMessage>): PlannedMessage => ({
  ...{ channelId: 1, ruleId: 1, rule: 'nightly', recipient: null, purpose: 'post', outcome: 'failed' },
  ...{ thread: 'submission/7', dueAt: new Date(0), reason: 'it failed', ...more },
});
const earlier = (more: Partial<ThreadMessage>): ThreadMessage => ({
  ...{
    id: 5,
    purpose: 'post',
    outcome: 'failed',
    runId: undefined,
    submissionId: 7,
    state: 'sent',
    attempts: 1,
    claimed: false,
  },
  ...more,
});
const untold = { state: 'waiting', attempts: 0 } as const;

type Row = [
  title: string,
  planned: Partial<PlannedMessage>,
  thread: Partial<ThreadMessage>[],
  placed: string,
];

/** What becomes of a message: `insert PURPOSE`, `renew ID` or `none`. */
const place = ([, message, thread]: Row, canEdit: boolean): string => {
  const placement = placeMessage(planned(message), thread.map(earlier), {
    ...{ canEdit, runId: undefined, submissionId: 7 },
  });
  if (placement.kind === 'insert') return `insert ${placement.purpose}`;
  return placement.kind === 'renew' ? `renew ${placement.messageId}` : 'none';
};

const onAll: Row[] = [
  ['a first post', {}, [], 'insert post'],
  ['a post after one that was given up', {}, [{ state: 'given-up' }], 'insert post'],
  ['a post while another waits untried', {}, [{ id: 9, ...untold }], 'renew 9'],
  ['an edit while the post waits untried', { purpose: 'edit' }, [{ id: 9, ...untold }], 'renew 9'],
  ['an edit without a post', { purpose: 'edit' }, [], 'none'],
  ['an edit after a post that was dropped', { purpose: 'edit' }, [{ state: 'dropped' }], 'none'],
  ['the end of an alert', { thread: 'alert/3' }, [{}], 'insert post'],
  ['a digest', { thread: null }, [], 'insert post'],
  ['a reply', { purpose: 'reply' }, [{}], 'insert reply'],
  [
    'a reply while the one before waits untried',
    { purpose: 'reply' },
    [{ id: 8, purpose: 'reply', ...untold }],
    'renew 8',
  ],
  [
    'a reply about another run',
    { purpose: 'reply' },
    [{ id: 8, purpose: 'reply', runId: 3, ...untold }],
    'insert reply',
  ],
  [
    'a status while one waits',
    { purpose: 'status' },
    [{ id: 4, purpose: 'status', state: 'waiting', attempts: 3 }],
    'renew 4',
  ],
  [
    'a status while one is being sent',
    { purpose: 'status' },
    [{ purpose: 'status', state: 'waiting', claimed: true }],
    'insert status',
  ],
  [
    'a status of an older submission while that of a newer one waits',
    { purpose: 'status' },
    [{ id: 4, purpose: 'status', submissionId: 8, ...untold }],
    'none',
  ],
  [
    'a status of a newer submission while that of an older one waits',
    { purpose: 'status' },
    [{ id: 4, purpose: 'status', submissionId: 6, ...untold }],
    'renew 4',
  ],
  ['a comment after one that was sent', { purpose: 'comment' }, [{ purpose: 'comment' }], 'insert comment'],
];

const withEdit: Row[] = [
  ['another end of a submission', {}, [{}], 'insert edit'],
  ['an end while the post is being sent', {}, [{ state: 'waiting', claimed: true }], 'insert edit'],
  [
    'an end while the post is tried again, which may have arrived',
    {},
    [{ state: 'waiting', attempts: 1 }],
    'insert edit',
  ],
  [
    'an edit while another waits',
    {},
    [{ id: 6, purpose: 'edit', state: 'waiting', attempts: 2 }, {}],
    'renew 6',
  ],
  [
    'an edit while another is being sent',
    {},
    [{ purpose: 'edit', state: 'waiting', claimed: true }, {}],
    'insert edit',
  ],
];

const withoutEdit: Row[] = [
  ['another end with the same outcome', {}, [{}], 'none'],
  ['another end with another outcome', { outcome: 'passed' }, [{}], 'insert post'],
  [
    'the third end with the outcome of the first',
    { outcome: 'failed' },
    [{ outcome: 'passed' }, {}],
    'insert post',
  ],
  ['progress', { purpose: 'edit' }, [{}], 'none'],
];

describe('the place of a message in its thread', () => {
  it.each(onAll)('%s', (...row) => {
    expect([place(row, true), place(row, false)]).toEqual([row[3], row[3]]);
  });
  it.each(withEdit)('on a channel that edits: %s', (...row) => {
    expect(place(row, true)).toBe(row[3]);
  });
  it.each(withoutEdit)('on a channel that does not: %s', (...row) => {
    expect(place(row, false)).toBe(row[3]);
  });
});
