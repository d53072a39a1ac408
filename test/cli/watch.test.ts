import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCliContext } from '../../src/cli/cli-context.ts';
import type { Caller } from '../../src/cli/client/caller.ts';
import { followRuns } from '../../src/cli/client/follow.ts';
import { createLocalCaller } from '../../src/cli/client/local.ts';
import { createOutput } from '../../src/cli/output/terminal.ts';
import { addEnvironment } from '../../src/operations/environments/environments.ts';
import { showProgress } from '../../src/operations/runs/progress.ts';
import { submitRuns } from '../../src/operations/runs/runs.ts';
import { openTestApp, type TestApp } from '../support/app.ts';
import { namedRunner } from '../support/runner.ts';

/** A terminal that records its output, and whose Ctrl-C can be pressed. */
function watchingTerminal() {
  const written = { text: '' };
  const stop = new Set<() => void>();
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.text += chunk;
      if (written.text.includes('testing 0/1')) for (const press of stop) press();
      done();
    },
  });
  const output = createOutput(stream, {});
  const context = createCliContext({
    stdin: process.stdin,
    stdout: output,
    stderr: output,
    env: {},
    onStop(callback) {
      stop.add(callback);
      return () => stop.delete(callback);
    },
  });
  return { context, written };
}

describe('run --watch without a server', () => {
  let testApp: TestApp;
  let caller: Caller;
  beforeAll(async () => {
    testApp = await openTestApp({ parts: { runner: namedRunner } });
    caller = createLocalCaller(testApp.app);
    await caller.call(addEnvironment, { code: 'us', baseUrl: 'https://us.test', adminUsername: 'admin' });
  });
  afterAll(() => testApp.close());

  const submit = async (test: string) => {
    const selection = { tests: [test] };
    const { runs } = await caller.call(submitRuns, { environments: ['us'], selection });
    return runs.map(({ id }) => id);
  };

  it('executes the runs in this process; Ctrl-C cancels them, because no other process would continue them', async () => {
    const { context, written } = watchingTerminal();
    const ids = await submit('WaitForever');
    await followRuns(context, caller, ids, { watch: true });
    expect(context.exitCode).toBe(130);
    expect(written.text).toContain('Cancelling the runs, because this process executes them.');
    const { run } = await caller.call(showProgress, { id: ids[0] as number });
    expect(run).toMatchObject({ state: 'finished', verdict: 'cancelled' });
  });
});
