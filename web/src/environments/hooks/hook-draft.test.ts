import { expect, it } from 'vitest';
import type { HookView } from '#src/operations/hooks/hook-view.ts';
import { bodyOf, draftOf } from './hook-draft.ts';

const base = {
  name: 'deployment',
  environment: 'us',
  moment: 'before',
  position: 20,
  enabled: false,
  summary: '',
  timeLimitSeconds: 60,
  repeatable: true,
  appliedFrom: null,
  changedBy: 'ann',
  changedAt: '2026-01-01T00:00:00Z',
} as const;

it('the form of a hook keeps all of a command', () => {
  const action = {
    kind: 'command',
    argv: ['sh', '-c', 'a b'],
    folder: '/opt',
    variables: ['A', 'B'],
  } as const;
  const hook = {
    ...base,
    action: { ...action, argv: [...action.argv], variables: [...action.variables] },
  } as HookView;
  const { moment, position, enabled, timeLimitSeconds, repeatable } = base;
  expect(bodyOf(draftOf(hook))).toEqual({ moment, position, enabled, timeLimitSeconds, repeatable, action });
});

it('the form of a hook keeps all of a request that waits', () => {
  const wait = {
    everySeconds: 5,
    field: 'deployment.state',
    values: ['done', 'all done'],
    failedValues: ['failed'],
  };
  const action = {
    ...{ kind: 'request', method: 'POST', url: 'https://example.com/{{MATRE_RUN}}' },
    headers: { Authorization: 'Bearer {{TOKEN}}', 'X-Time': '10:30' },
    ...{ body: '{"a":1}', statuses: [200, 202], wait },
  };
  expect(bodyOf(draftOf({ ...base, action } as unknown as HookView)).action).toEqual(action);
});

it('the form of a new hook leaves out what is empty', () => {
  expect(bodyOf({ ...draftOf(), kind: 'request', url: ' https://example.com/ ' })).toEqual({
    ...{ moment: 'before', timeLimitSeconds: 300, repeatable: false, enabled: true },
    action: { kind: 'request', method: 'GET', url: 'https://example.com/', headers: {} },
  });
});
