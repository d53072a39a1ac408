import type { Status } from '../../src/model/result.ts';
import type { NewResult } from '../../src/queue/recorder.ts';
import type { NewEnvironment } from '../../src/store/tables/environments.ts';

export function newEnvironment(code: string): NewEnvironment {
  return {
    code,
    name: code.toUpperCase(),
    baseUrl: `https://${code}.test/`,
    backendName: 'admin',
    adminUsername: 'admin',
  };
}

/** A result as the runner returns it. */
export function newResult(test: string, status: Status): NewResult {
  return {
    test,
    suite: undefined,
    status,
    message: status === 'passed' ? undefined : `${test} ${status}`,
    reason: undefined,
    startedAt: new Date('2026-01-02T03:04:05.678Z'),
    durationMs: 1500,
    attachments: [],
  };
}
