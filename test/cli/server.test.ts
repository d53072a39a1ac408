import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cli, cliHere, startCli } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-cli-'));
  server = await startTestServer({ parts: { runner: namedRunner } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es', 'held']) await server.ask('POST', '/api/environments', { code, ...shop });
  await server.ask('POST', '/api/environments/held/pause', { reason: 'so that runs stay in the queue' });
  await server.app.startWorkers();
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Finds the server by the data folder alone, as a command in a second terminal does. */
const ask = (args: string[], stdin?: string) =>
  cliHere(args, { settings: { MATRE_DATA: server.folder }, ...(stdin !== undefined && { stdin }) });

describe('run --watch', () => {
  it('ends with 0 when all passed, and prints plain lines into a pipe', async () => {
    const { code, stdout, stderr } = await cli(['run', '-e', 'us,es', '-t', 'PassHome', '--watch'], {
      settings: { MATRE_DATA: server.folder },
    });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^us run \d+ passed 1\/1$/m);
    expect(stdout).toMatch(/^es passed 1\/1 {2}matre show \d+$/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('prints each failure as it happens and at the end, with its message and page, as plain lines in a pipe', async () => {
    const { stdout } = await ask(['run', '-e', 'us', '-t', 'FailCart,PassHome', '--watch']);
    const id = /us run (\d+)/.exec(stdout)?.[1];
    const page = `${server.url}/runs/${id}`;
    const happening = [
      `failed FailCart on us (run ${id})`,
      '  Element "#cart" was not found.',
      `  ${page}?test=FailCart&panel=steps`,
    ];
    const lines = stdout.split('\n').map((line) => line.replace(/: (new|known) failure$/, ''));
    for (const line of happening) expect(lines).toContain(line);
    const end = stdout.slice(stdout.indexOf(`Run ${id} on us`));
    expect(end).toMatch(/^failed FailCart/m);
    expect(end).toContain('  Message  Element "#cart" was not found.');
    expect(end).toMatch(new RegExp(`^us failed 2/2, 1 failed  matre show ${id}  ${page}$`, 'm'));
    expect(stdout).not.toContain('\u001b');
  });

  it('ends with 1 when tests failed, and writes the reports', async () => {
    const junit = join(folder, 'report.xml');
    const csv = join(folder, 'results.csv');
    const summary = join(folder, 'summary.md');
    const { code } = await ask([
      'run',
      '-e',
      'us',
      '-t',
      'FailCart',
      '-t',
      'PassHome',
      '--watch',
      '--junit',
      junit,
      '--csv',
      csv,
      '--summary',
      summary,
    ]);
    expect(code).toBe(1);
    expect(await readFile(junit, 'utf8')).toMatch(/<testcase name="FailCart".*\n.*<failure/);
    expect(await readFile(csv, 'utf8')).toMatch(/^\d+,us,FailCart,,1,true,failed,/m);
    const id = /^(\d+),us,/m.exec(await readFile(csv, 'utf8'))?.[1] as string;
    const markdown = await readFile(summary, 'utf8');
    expect(markdown).toContain('FailCart');
    expect((await ask(['report', id])).stdout).toBe(markdown);
    const { results } = JSON.parse((await ask(['report', id, '--json'])).stdout);
    expect(results.map((row: { test: string; status: string }) => [row.test, row.status])).toEqual([
      ['FailCart', 'failed'],
      ['PassHome', 'passed'],
    ]);
  });

  it('writes a result file for Allure for each attempt, into a new folder, with the same names each time', async () => {
    const allure = join(folder, 'allure', 'results');
    const options = ['--retry-failed', '1', '--watch', '--allure', allure];
    const { stdout } = await ask(['run', '-e', 'us', '-t', 'FlakyCart,PassHome', ...options]);
    const names = (await readdir(allure)).sort();
    expect(names).toHaveLength(3);
    const results = await Promise.all(
      names.map(async (file) => ({ file, ...JSON.parse(await readFile(join(allure, file), 'utf8')) })),
    );
    for (const { file, uuid } of results) expect(file).toBe(`${uuid}-result.json`);
    const cart = results.filter(({ fullName }) => fullName === 'FlakyCart');
    expect(cart.map(({ status, statusDetails: { flaky } }) => ({ status, flaky }))).toEqual(
      expect.arrayContaining([
        { status: 'failed', flaky: false },
        { status: 'passed', flaky: true },
      ]),
    );
    expect(new Set(cart.map(({ historyId }) => historyId)).size).toBe(1);
    const id = /us run (\d+)/.exec(stdout)?.[1] as string;
    await ask(['watch', id, '--allure', allure]);
    expect((await readdir(allure)).sort()).toEqual(names);

    const page = join(folder, 'allure', 'page');
    const { code, stderr } = await ask(['report', id, '--allure-report', page]);
    expect([code, stderr]).toEqual([0, '']);
    const files = await readdir(page);
    expect(files).toEqual(expect.arrayContaining(['data', 'index.html', 'widgets']));
    expect(await readdir(join(page, 'data', 'test-results'))).not.toEqual([]);
    // A page is replaced; other files never are.
    await writeFile(join(page, 'data', 'old.json'), 'x');
    expect((await ask(['watch', id, '--junit', join(page, 'junit.xml'), '--allure-report', page])).code).toBe(
      0,
    );
    expect((await readdir(page)).sort()).toEqual([...files, 'junit.xml'].sort());
    expect(await readdir(join(page, 'data'))).not.toContain('old.json');
    // The verdict has the exit code, also when the page cannot be written.
    await writeFile(join(page, '.matre-page.json'), '[]');
    const taken = expect.stringContaining('not of an earlier page');
    const watched = await ask(['watch', id, '--allure-report', page]);
    expect([watched.code, watched.stderr]).toEqual([0, taken]);
    const reported = await ask(['report', id, '--allure-report', page]);
    expect([reported.code, reported.stderr]).toEqual([3, taken]);
    await writeFile(join(page, '.matre-page.json'), '["../x"]');
    const damaged = await ask(['report', id, '--allure-report', page]);
    expect([damaged.code, damaged.stderr]).toEqual([3, expect.stringContaining('is damaged')]);
    const refused = await ask(['report', id, '--allure-report', allure]);
    expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining('has other files')]);
    expect((await readdir(allure)).sort()).toEqual(names);
  });

  it('ends with 2 when the run has no trustworthy verdict', async () => {
    const { code } = await ask(['run', '-e', 'us', '-t', 'BrokenTax,FailCart', '--watch']);
    expect(code).toBe(2);
  });

  it('ends with 1 for a flaky test only with --fail-on-flaky, and names it', async () => {
    const args = ['run', '-e', 'us', '-t', 'FlakyCart', '--retry-failed', '1', '--watch'];
    const lenient = await ask(args);
    expect(lenient.stdout).toMatch(/^us passed 1\/1, 1 flaky {2}/m);
    expect(lenient.code).toBe(0);
    expect((await ask([...args, '--fail-on-flaky'])).code).toBe(1);
    const id = /us run (\d+)/.exec(lenient.stdout)?.[1] as string;
    const shown = (await ask(['show', id])).stdout;
    expect(shown).toMatch(/Failed tests +failed tests are retried once/);
    expect(shown).toMatch(/^flaky +\S+ s +- +FlakyCart/m);
  });

  it('retries failed tests as another attempt of the run, and watches it', async () => {
    const first = await ask(['run', '-e', 'us', '-t', 'FlakyCart,PassHome', '--watch']);
    expect(first.code).toBe(1);
    const id = /us run (\d+)/.exec(first.stdout)?.[1] as string;
    const retried = await ask(['retry', id, '--failed', '--watch', '--fail-on-flaky']);
    expect(retried.stdout).toMatch(new RegExp(`^us passed 2/2, 1 flaky {2}matre show ${id}`, 'm'));
    expect(retried.code).toBe(1);
    expect((await ask(['retry', id, '--failed'])).stderr).toContain('NOTHING_TO_RETRY');
  });

  it('prints one JSON document on standard output with --json', async () => {
    const { code, stdout, stderr } = await ask(['run', '-e', 'us', '-t', 'FailCart', '--watch', '--json']);
    expect(code).toBe(1);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      exitCode: 1,
      runs: [{ environment: 'us', verdict: 'failed' }],
      failures: [{ environment: 'us', test: 'FailCart', message: 'Element "#cart" was not found.' }],
    });
    expect(stderr).toContain('us run');
  });

  it('ends with 130 on Ctrl-C, and the run continues on the server', async () => {
    const watching = startCli(['run', '-e', 'us', '-t', 'WaitForever', '--watch'], {
      settings: { MATRE_URL: server.url },
    });
    await watching.waitForOutput('testing 0/1');
    watching.process.kill('SIGINT');
    const { code, stderr } = await watching.done;
    expect(code).toBe(130);
    const id = /matre cancel (\d+)/.exec(stderr)?.[1] as string;
    expect((await server.ask('GET', `/api/runs/${id}`)).body.run.state).toBe('running');
    const cancelled = await ask(['cancel', id]);
    expect(cancelled.stdout).toContain(`Run ${id} on us`);
  });

  it.each([
    ['an unknown environment', ['run', '-e', 'uss', '--all'], 'Did you mean us?'],
    ['an environment with shell characters', ['run', '-e', '$(id)', '--all'], 'cannot be the code'],
    ['an environment with path characters', ['env', 'show', '../us'], 'cannot be the code'],
    ['nothing selected', ['run', '-e', 'us'], 'SELECTION_EMPTY'],
    ['no environment', ['run', '--all'], 'Name an environment (-e)'],
    ['an unknown option', ['run', '-e', 'us', '--al'], 'Did you mean --all?'],
    ['an unknown command', ['rnu'], 'Did you mean run?'],
    ['--fail-on-flaky without --watch', ['run', '-e', 'us', '--all', '--fail-on-flaky'], '--watch'],
    ['too many retries', ['run', '-e', 'us', '--all', '--retry-failed', '11'], 'retryFailed'],
    ['a limit that is no number', ['run', '-e', 'us', '--all', '--max-failures', 'x'], 'whole number'],
    ['--new-run without --failed', ['retry', '1', '--new-run'], '--failed'],
    ['--allure without --watch', ['run', '-e', 'us', '--all', '--allure', 'x'], '--watch'],
    ['--allure-report without --watch', ['run', '-e', 'us', '--all', '--allure-report', 'x'], '--watch'],
    [
      'a folder for Allure that cannot be made',
      ['run', '-e', 'us', '-t', 'PassHome', '-w', '--allure', '/dev/null/x'],
      '/dev/null/x',
    ],
    ['--junit without --watch', ['run', '-e', 'us', '--all', '--junit', 'x.xml'], '--watch'],
    [
      'a report that cannot be written',
      ['run', '-e', 'us', '--all', '-w', '--junit', '/nowhere/x'],
      '/nowhere/x',
    ],
    ['a run that does not exist', ['show', '4711'], 'RUN_UNKNOWN'],
    ['no number', ['show', 'x'], 'number of a run'],
    ['a number out of bounds', ['list', '-n', '0'], 'limit: must be a whole number from 1 to 200'],
    ['a lock that is not held', ['locks', 'release', 'x'], 'LOCK_NOT_HELD'],
  ])('ends with 3 for %s', async (_what, args, message) => {
    const { code, stdout, stderr } = await ask(args);
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(3);
  });
});

describe('the other commands, with a server', () => {
  it('say that nothing was changed after an error only if they would have changed something', async () => {
    expect((await ask(['show', '4711'])).stderr).not.toContain('Nothing was changed');
    expect((await ask(['cancel', '4711'])).stderr).toContain('Nothing was changed');
  });

  it('show who cancelled a run', async () => {
    const { stdout } = await ask(['run', '-e', 'held', '-t', 'PassHome', '--json']);
    const id = String(JSON.parse(stdout).runs[0].id);
    await ask(['cancel', id]);
    expect((await ask(['show', id])).stdout).toMatch(/ Cancelled by cli:\S+\. \(CANCELLED\)$/m);
  });

  it('list, show, retry and status report the same as text and as JSON', async () => {
    const submitted = await ask(['run', '-e', 'held', '-g', 'smoke', '--priority', '3', '--json']);
    const [{ id }] = JSON.parse(submitted.stdout).runs;
    expect((await ask(['list', '-e', 'held'])).stdout).toMatch(new RegExp(`^${id} +held +queued`, 'm'));
    expect((await ask(['show', String(id)])).stdout).toMatch(/^Position +1 in the queue of held$/m);
    expect(JSON.parse((await ask(['show', String(id), '--json'])).stdout)).toMatchObject({ position: 1 });
    const status = await ask(['status']);
    expect(status.stdout).toContain(`Server: ${server.url}`);
    expect(status.stdout).toMatch(/^held +paused \(so that runs stay in the queue\) +1/m);
    expect(status.stdout).toMatch(/^ {2}1 {2}environment paused: so that runs stay in the queue: held$/m);
    const held = JSON.parse((await ask(['status', '--json'])).stdout).environments.find(
      ({ code }: { code: string }) => code === 'held',
    );
    expect(held).toMatchObject({ queued: 1, waits: { code: 'environment-paused' } });
    await ask(['cancel', String(id)]);
    const retry = await ask(['retry', String(id), '--json']);
    expect(JSON.parse(retry.stdout)).toMatchObject({ retryOf: id, state: 'queued' });
  });

  /** Executes tests on us and returns the number of the run. */
  const execute = async (tests: string) => {
    const { stdout } = await ask(['run', '-e', 'us', '-t', tests, '--watch', '--json']);
    return String(JSON.parse(stdout).runs[0].id);
  };

  it('show has failures first, of several runs below a table, and says where the page is', async () => {
    const id = await execute('PassHome,FailShow');
    const { stdout } = await ask(['show', id]);
    expect(stdout.indexOf('failed FailShow')).toBeGreaterThan(0);
    expect(stdout.indexOf('failed FailShow')).toBeLessThan(stdout.indexOf('Queued'));
    expect(stdout).toMatch(/^failed +\d+ s +- +FailShow\npassed +\d+ s +- +PassHome$/m);
    expect(stdout).toContain(`Page       ${server.url}/runs/${id}\n`);
    const second = await execute('FailShow');
    expect((await ask(['show', second])).stdout).toContain('failed FailShow: known failure\n');
    const both = await ask(['show', id, second]);
    expect(both.stdout).toMatch(new RegExp(`^${id} +us +failed[\\s\\S]*^Run ${second} on us$`, 'm'));
    expect(JSON.parse((await ask(['show', id, second, '--json'])).stdout).runs).toHaveLength(2);
    const web = await ask(['show', id, '--web']);
    expect(web).toMatchObject({ code: 0, stdout: `${server.url}/runs/${id}\n` });
  });

  it('list takes as filters what it shows', async () => {
    // An earlier one, for the next page.
    await execute('PassHome');
    const id = await execute('FailListed,PassHome');
    const list = async (...filters: string[]) => {
      const { stdout, stderr } = await ask(['list', '--json', ...filters]);
      expect(stderr).toBe('');
      return JSON.parse(stdout).runs.map((run: { id: number }) => String(run.id));
    };
    expect(await list('--test', 'FailListed')).toEqual([id]);
    const { runs } = JSON.parse((await ask(['list', '--json', '--test', 'FailListed'])).stdout);
    const by = runs[0].requestedBy;
    expect((await list('--by', by))[0]).toBe(id);
    expect(await list('--by', 'schedule none')).toEqual([]);
    for (const filter of [
      ['--state', 'failed'],
      ['--verdict', 'failed'],
      ['--since', '1 h ago'],
      ['-e', 'us'],
    ]) {
      expect((await list(...filter))[0], filter.join(' ')).toBe(id);
    }
    expect(await list('--state', 'testing')).toEqual([]);
    expect(await list('--since', '2100-01-01')).toEqual([]);
    const printed = (await ask(['list', '-n', '1'])).stdout;
    expect(printed).toMatch(new RegExp(`^${id} +us +failed +2/2, 1 failed +.* ago +\\d+ s +`, 'm'));
    expect(printed).toContain(`There are more: add --before ${id}`);
    expect((await list('--before', id, '-n', '1'))[0]).not.toBe(id);
    expect((await ask(['list', '--test', 'Unheard'])).stdout).toBe('No runs match these filters.\n');
    expect((await ask(['list', '--state', 'good'])).stderr).toContain('Allowed choices are queued, running');
    expect((await ask(['list', '--since', 'soon'])).stderr).toContain('such as 2h');
  });

  it('log prints the end of a log, and the log of one test', async () => {
    const id = await execute('FailLogged,PassHome');
    const { artifacts } = server.app.context;
    const write = async (path: string, text: string) => {
      const log = path === '' ? await artifacts.runLog(Number(id)) : await artifacts.log(Number(id), path);
      await new Promise<void>((resolve) => log.end(text, resolve));
    };
    // Longer than what is read at a time.
    const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index} €`);
    await write('', `${lines.join('\n')}\n`);
    await write('tests/001-FailLogged/log.txt', 'first attempt\n');
    await write('tests/001-FailLogged-attempt-2/log.txt', 'second attempt\n');
    await write('tests/002-PassHome/log.txt', 'home\n');
    expect((await ask(['log', id])).stdout.split('\n')).toHaveLength(40_001);
    expect((await ask(['log', id, '--tail', '3', '-f'])).stdout).toBe(`${lines.slice(-3).join('\n')}\n`);
    expect((await ask(['log', id, '--tail', '20000'])).stdout).toBe(`${lines.slice(-20_000).join('\n')}\n`);
    expect((await ask(['log', id, '--test', 'FailLogged', '-f'])).stdout).toBe('second attempt\n');
    expect((await ask(['log', id, '--test', 'PassHome'])).stdout).toBe('home\n');
    expect(await ask(['log', id, '--test', 'PassHom'])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('Did you mean PassHome?'),
    });
  });

  it('retry --failed says that there is nothing to retry', async () => {
    const id = await execute('PassHome,SkipTax');
    const { code, stdout, stderr } = await ask(['retry', id, '--failed']);
    expect(stderr).toContain(`Run ${id} has no failures: 1 passed, 1 skipped. (NOTHING_TO_RETRY)`);
    expect(stderr).toContain('Retry all of its tests');
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  });

  it('status --watch prints what changes until Ctrl-C', async () => {
    const watching = startCli(['status', '--watch'], { settings: { MATRE_URL: server.url } });
    await watching.waitForOutput(' queued)');
    const queued = Number(/(\d+) queued/.exec(watching.output())?.[1]);
    const submitted = await ask(['run', '-e', 'held', '-g', 'smoke', '--json']);
    await watching.waitForOutput(`${queued + 1} queued)`);
    await ask(['cancel', String(JSON.parse(submitted.stdout).runs[0].id)]);
    watching.process.kill('SIGINT');
    const { code, stdout } = await watching.done;
    expect(code).toBe(130);
    expect(stdout).not.toContain('\u001b');
  });

  it('priority moves a queued run before or behind the others', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 2; count++) {
      const { stdout } = await ask(['run', '-e', 'held', '-g', 'smoke', '--json']);
      ids.push(String(JSON.parse(stdout).runs[0].id));
    }
    const [, last = ''] = ids;
    const front = await ask(['priority', last, '--front']);
    expect(front.stdout).toMatch(/^Run \d+ on held has priority \d+ now; it is number 1 in its queue\.$/m);
    expect(JSON.parse((await ask(['priority', last, '--json', '--', '-5'])).stdout)).toMatchObject({
      priority: -5,
    });
    expect((await ask(['priority', last])).stderr).toContain('Name either priority or front.');
    for (const id of ids) await ask(['cancel', id]);
  });

  it('passwords come from standard input and are never shown', async () => {
    const args = ['env', 'add', 'secret', '--base-url', 'https://x.test', '--admin-username', 'a', '--json'];
    const added = await ask([...args, '--admin-password-stdin'], 'open sesame\n');
    expect(JSON.parse(added.stdout)).toMatchObject({ hasAdminPassword: true });
    expect(added.stdout + added.stderr).not.toContain('sesame');
    const { id } = JSON.parse(added.stdout);
    expect(await server.app.context.environments.readPassword(id)).toBe('open sesame');

    const refusal = await ask(['env', 'set', 'secret', '--secret', 'KEY=hush']);
    expect(refusal).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('other users of the machine can read arguments'),
    });
    await ask(['env', 'set', 'secret', '--secret', 'KEY'], 'hush');
    await ask(['env', 'set', 'secret', 'STORE=us', 'EMPTY=', 'SUM=1+1=2']);
    const shown = await ask(['env', 'show', 'secret']);
    expect(shown.stdout).toMatch(/^KEY +\(secret\)$/m);
    expect(shown.stdout).toMatch(/^SUM +1\+1=2$/m);
    await ask(['env', 'unset', 'secret', 'STORE', 'EMPTY']);
    expect((await ask(['env', 'show', 'secret'])).stdout).not.toContain('STORE');
  });

  it('env import --dry-run shows the changes and makes none', async () => {
    const file = join(folder, '.env.imported');
    const lines = [
      'MAGENTO_BASE_URL="https://me:hush@im.test/"',
      "export MAGENTO_ADMIN_USERNAME='ad min' # who",
      'TITLE=of$NOTHING',
      'MAGENTO_ADMIN_PASSWORD=hush',
      'STORE="a \\"b\\""',
    ];
    await writeFile(file, lines.join('\r\n'));
    const preview = await ask(['env', 'import', '--dry-run', file]);
    expect(preview.stderr).toBe('');
    expect(preview.stdout.split('\n')).toEqual([
      'imported (new environment)',
      '  + MAGENTO_BASE_URL=https://[hidden]@im.test/',
      '  + MAGENTO_ADMIN_USERNAME=ad min',
      '  + MAGENTO_ADMIN_PASSWORD=(secret)',
      '  = 2 stay in the file of the test module: TITLE, STORE',
      '  ! line 3: the value refers to a variable that is not defined; that part is empty',
      'Dry run: nothing was changed.',
      '',
    ]);
    expect((await ask(['env', 'show', 'imported'])).code).toBe(3);
    expect((await ask(['env', 'import', file])).stdout).toContain('1 file was imported.');
    expect((await ask(['env', 'import', '--dry-run', file])).stdout).toContain('  = 3 unchanged');
    const all = await ask(['env', 'import', '--dry-run', '--all-values', file]);
    expect(all.stdout).toContain('  + STORE=a "b"');
    const shown = await ask(['env', 'show', 'imported']);
    expect(shown.stdout).toContain('https://im.test/, user and password stored');
    expect(shown.stdout).not.toMatch(/hush|STORE/);
    await ask(['env', 'edit', 'imported', '--remove-shop-credentials']);
    expect((await ask(['env', 'show', 'imported'])).stdout).not.toContain('user and password');

    await writeFile(file, 'STORE="open');
    const broken = await ask(['env', 'import', file]);
    expect(broken).toMatchObject({ code: 3, stderr: expect.stringContaining('.env.imported: Line 1') });
    expect((await ask(['env', 'import', join(folder, '.env.none')])).code).toBe(3);

    await writeFile(file, Buffer.from('STORE=1\nTITLE=\xE9', 'latin1'));
    const latin1 = await ask(['env', 'import', file]);
    expect(latin1).toMatchObject({ code: 3, stderr: expect.stringContaining(`${file}: Line 2: `) });
  });

  it('variables are imported, described, rotated and exported', async () => {
    await ask(['env', 'add', 'vars', '--base-url', 'https://x.test', '--admin-username', 'a']);
    const text = "STORE=us\nMAIL_TOKEN='hush # quiet'\nMAGENTO_BASE_URL=https://y.test/\n";
    const preview = await ask(['variable', 'import', '-', '-e', 'vars', '--dry-run'], text);
    expect(preview.stdout.split('\n')).toEqual([
      '  + STORE=us',
      '  + MAIL_TOKEN=(secret), by its name or value',
      '  ! line 3: MAGENTO_BASE_URL is left out: it is a setting of environments (matre env edit)',
      'Dry run: nothing was changed.',
      '',
    ]);
    const file = join(folder, 'vars.env');
    await writeFile(file, text);
    expect((await ask(['variable', 'import', file, '-e', 'vars'])).stdout).toContain(
      '2 variables added, 0 changed',
    );
    const exported = await ask(['variable', 'export', '-e', 'vars']);
    expect(exported.stdout).toBe("MAIL_TOKEN='(secret)'\nSTORE=us\n");
    const repeat = await ask(['variable', 'import', '-', '-e', 'vars', '--replace'], exported.stdout);
    expect(repeat.stdout).toContain('0 variables added, 0 changed, 0 removed.');

    await ask(['variable', 'describe', 'MAIL_TOKEN', 'of the mail catcher', '-e', 'vars']);
    const rotate = ['variable', 'rotate', 'MAIL_TOKEN', '-e', 'vars'];
    expect((await ask([...rotate, '--at', '2020-01-01 06:00'], 'new')).code).toBe(3);
    const at = new Date(Date.now() + 3_600_000).toISOString();
    expect((await ask([...rotate, '--at', at], 'new\n')).stdout).toContain('has a new value from');
    const shown = (await ask(['variable', 'show', 'MAIL_TOKEN', '-e', 'vars'])).stdout;
    expect(shown).toMatch(/^Value +\(secret\)$/m);
    expect(shown).toMatch(/^Description +of the mail catcher$/m);
    expect(shown).toMatch(/^New value +from .*set by /m);
    expect((await ask([...rotate, '--cancel'])).stdout).toContain('keeps its value');
    expect((await ask(['variable', 'list', '-e', 'vars'])).stdout).not.toMatch(/hush|NEW VALUE/);
    const plain = await ask(['env', 'set', 'vars', 'CART_TOKEN=abc']);
    expect(plain.stdout).toContain('CART_TOKEN is a secret, by its name or value or as before; --plain');
    await ask(['env', 'set', 'vars', '--plain', 'CART_TOKEN=abc']);
    expect((await ask(['env', 'show', 'vars'])).stdout).toMatch(/^CART_TOKEN +abc/m);
  });

  it('an unreachable server is named', async () => {
    const settings = { MATRE_URL: 'http://127.0.0.1:1', MATRE_DATA: folder };
    const { code, stderr } = await cliHere(['list'], { settings });
    expect(code).toBe(2);
    expect(stderr).toContain('http://127.0.0.1:1 does not answer');
    expect(stderr).toContain('SERVER_UNREACHABLE');
  });

  it('the password of an address is never shown', async () => {
    const settings = { MATRE_URL: 'http://me:hush@127.0.0.1:1', MATRE_DATA: folder };
    const { code, stderr } = await cliHere(['list'], { settings });
    expect(code).toBe(3);
    expect(stderr).not.toContain('hush');
  });
});
