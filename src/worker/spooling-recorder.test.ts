import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Fault, type FaultCode } from '../faults/fault.ts';
import { createLog } from '../log.ts';
import type { NewResult, Recorder } from '../queue/recorder.ts';
import { createResultSpool } from '../queue/result-spool.ts';
import { spoolingRecorder } from './spooling-recorder.ts';

it.each(['DATABASE_UNREACHABLE', 'DISK_FULL'] as const)(
  'a result is spooled to disk while the database answers %s, and written first afterwards',
  async (code: FaultCode) => {
    const folder = mkdtempSync(join(tmpdir(), 'matre-spool-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const log = createLog({ level: 'silent' });
    let outage = true;
    const calls: string[] = [];
    const call = async (name: string) => {
      if (outage) throw new Fault(code, 'It is away.');
      calls.push(name);
    };
    const record = {
      result: ({ test }: NewResult) => call(`result ${test}`),
      phase: (phase: string) => call(`phase ${phase}`),
    } as Partial<Recorder> as Recorder;
    const recorder = spoolingRecorder(record, {
      claim: { runId: 1, fence: 2 },
      spool: createResultSpool({ folder, log }),
      abort: new AbortController().signal,
      log,
    });
    const result: NewResult = {
      test: 'A',
      suite: undefined,
      status: 'passed',
      message: undefined,
      reason: undefined,
      startedAt: new Date(),
      durationMs: 1,
      attachments: [],
    };
    await recorder.result(result);
    const phase = recorder.phase('reporting');
    outage = false;
    await phase;
    expect(calls).toEqual(['result A', 'phase reporting']);
  },
);
