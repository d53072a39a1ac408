import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { overEngines } from '../runs/harness.ts';
import { cli, startCli } from '../support/cli.ts';
import { waitFor } from '../support/wait-for.ts';

/** Longer than the usual patience: six runs, and a check of the doctor that a busy machine does not end in time is made again. */
const demoMs = 900_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-demo-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

overEngines((kind) => {
  const startDemo = (more: Record<string, string>) => {
    const settings: Record<string, string> = {
      MATRE_DATA: folder,
      MATRE_ENGINE: kind,
      MATRE_LOG_LEVEL: 'debug',
      ...more,
    };
    if (kind === 'docker' && process.env.DOCKER_HOST) settings['DOCKER_HOST'] = process.env.DOCKER_HOST;
    return startCli(['demo'], { settings, observeEnd: 'plain' });
  };
  const lastLine = 'demo: environments=3 runs=6 overlaps=0 lost=0';

  const expectVerdicts = (output: string) => {
    expect(output).not.toContain('Unexpected: ');
    // A failed test left its screenshot: run 3 is the first of stage-es, where tax is added twice.
    expect(output).toMatch(/stage-es run 3 \(group smoke\): failed 5\/5, 1 failed, 1 skipped/);
    expect(existsSync(join(folder, 'demo/data/runs/3/run.log'))).toBe(true);
  };

  // A whole demo for how it ends; `make demo` ends so, too.
  if (process.env.MATRE_TEST_ALL) {
    test('the demo ends on its own in CI, with the expected verdicts', async () => {
      const { code, stdout, stderr, endedByItself } = await startDemo({ CI: 'true' }).done;
      expectVerdicts(`${stdout}${stderr}`);
      expect(stdout.trimEnd().split('\n').at(-1)).toBe(lastLine);
      expect({ code, endedByItself }).toEqual({ code: 0, endedByItself: true });
    });
  }

  test('all commands that the demo suggests work and end, and Ctrl-C ends the demo', {
    timeout: 2 * demoMs,
  }, async () => {
    // CI=true in the environment of the tests would end the demo on its own.
    const demo = startDemo({ CI: '' });
    await demo.waitForOutput('Press Ctrl-C to end the demo.', demoMs);
    const [, url = '', id = ''] = /Try: MATRE_URL=(\S+) matre show (\d+)/.exec(demo.output()) ?? [];
    const ask = (line: string) => cli(line.split(' '), { settings: { MATRE_URL: url }, observeEnd: 'plain' });
    expect(await ask(`show ${id}`)).toMatchObject({ code: 0, endedByItself: true });
    expect(await ask('run -e preprod-us --all --watch')).toMatchObject({ code: 0, endedByItself: true });
    const checkout = 'run -e preprod-us -e preprod-es -e stage-es -g checkout --watch';
    expect(await ask(checkout)).toMatchObject({ code: 1, endedByItself: true });
    // The doctor reports no problem; a missing Selenium is none, because the tests of the demo open no browser.
    await waitFor(async () => {
      const { code, stdout } = await ask('doctor');
      if (code !== 0) throw new Error(stdout);
      return true;
    }, demoMs);
    demo.process.kill('SIGINT');
    const { code, stdout, endedByItself } = await demo.done;
    expectVerdicts(demo.output());
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(lastLine);
    expect({ code, endedByItself }).toEqual({ code: 0, endedByItself: true });
  });
});
