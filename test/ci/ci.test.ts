import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { programOf } from '../support/child.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';
import { commandsIn, type JobOptions, readAction, readGitlabJob, runAction, runGitlabJob } from './job.ts';

const token = 'a-token-of-the-test-'.repeat(2);
const headers = { authorization: `Bearer ${token}` };
/** A message of a shop that tries to command the runner, and a shell. */
const hostileMessage =
  'No #cart, 100%\n::set-output name=verdict::passed\n##[add-mask]a\n$(touch message)`touch message`';

const runner: Runner = (execution) =>
  namedRunner({
    ...execution,
    record: {
      ...execution.record,
      result: (result) =>
        execution.record.result(result.status === 'failed' ? { ...result, message: hostileMessage } : result),
    },
  });

let server: TestServer;
let job: JobOptions;

beforeAll(async () => {
  server = await startTestServer({
    settings: { MATRE_SIGN_IN: 'on', MATRE_TOKEN: token, MATRE_RETRIES: '0' },
    parts: { runner },
  });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es']) await server.ask('POST', '/api/environments', { code, ...shop }, headers);
  await server.app.startWorkers();
  const folder = await mkdtemp(join(tmpdir(), 'matre-ci-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const argv = [process.execPath, ...programOf(join(import.meta.dirname, '../../src/cli/main.ts'))];
  await writeFile(join(bin, 'matre'), `#!/bin/sh\nexec ${argv.map((each) => `'${each}'`).join(' ')} "$@"\n`);
  await chmod(join(bin, 'matre'), 0o755);
  const { PATH = '', HOME = '' } = process.env;
  job = { folder, env: { PATH: `${bin}:${PATH}`, HOME, MATRE_TOKEN: token } };
});
afterAll(async () => {
  await server.close();
  await rm(job.folder, { recursive: true });
});

async function runOf(id: string | number) {
  return (await server.ask('GET', `/api/runs/${id}`, undefined, headers)).body.run;
}

async function newestRun() {
  return (await server.ask('GET', '/api/runs?limit=1', undefined, headers)).body.runs[0];
}

const sha = (digit: string) => digit.repeat(40);

/** The commit that the newest submission is for: forge, project, id, number of the pull request. */
async function newestCommit() {
  const { submissionId } = await newestRun();
  const { body } = await server.ask('GET', `/api/submissions/${submissionId}`, undefined, headers);
  const link = body.commitLink;
  return link && [link.forge, link.project, link.sha, link.pullRequest];
}

/** Resolves when a worker executes the newest run, a test that waits for ever. */
const whenWaiting = () =>
  waitFor(async () => {
    const run = await newestRun();
    return run?.state === 'running' && run.selection.tests.includes('WaitForEver');
  });

const action = (inputs: Record<string, string>, options: Partial<JobOptions> = {}) =>
  runAction({ url: server.url, package: 'none', ...inputs }, { ...job, ...options });

const gitlab = (shell: 'sh' | 'bash', variables: Record<string, string>, options: Partial<JobOptions> = {}) =>
  runGitlabJob(
    shell,
    { MATRE_URL: server.url, MATRE_CI_PACKAGE: 'none', ...variables },
    { ...job, ...options },
  );

/** Files that a command in a name or a message would have created. */
const createdIn = async (workspace: string) =>
  (await readdir(workspace)).filter((name) => ['name', 'message'].includes(name));

const hostileGroups = ['$(touch name)', '`touch name`', "'; touch name; '", '"&&touch name', '--all', '* ?'];

/** Saves a selection of one test on two environments. */
const save = (name: string) =>
  server.ask(
    'POST',
    '/api/saved-selections',
    { name, selection: { tests: ['PassHome'] }, environments: ['us', 'es'], priority: 4 },
    headers,
  );

describe('the GitHub action', () => {
  it('succeeds when all tests passed, without annotations', async () => {
    const { code, outputs, log, summary, workspace } = await action({
      environments: 'us\nes',
      tests: 'PassHome,PassCart',
    });
    expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' });
    expect(outputs).toMatchObject({ verdict: 'passed', 'exit-code': '0' });
    const ids = (outputs['runs'] ?? '').split(' ');
    expect(await Promise.all(ids.map(async (id) => (await runOf(id)).environment))).toEqual(['us', 'es']);
    expect(commandsIn(log)).toEqual([]);
    expect(summary).toContain('| us | passed | 2 | 2 |');
    expect(await readFile(join(workspace, 'matre-junit.xml'), 'utf8')).toContain('tests="4" failures="0"');
    expect(log).not.toContain(token);
  });

  it('fails with annotations when a test failed, and obeys nothing in its message', async () => {
    const { code, outputs, log, summary, workspace } = await action({
      environments: 'us',
      tests: 'FailCart\nPassHome',
      junit: 'reports of $(touch name).xml',
      'allure-report': 'page of $(touch other)',
    });
    expect(await readdir(join(workspace, 'page of $(touch other)'))).toContain('index.html');
    expect({ code, outputs }).toMatchObject({ code: 1, outputs: { verdict: 'failed', 'exit-code': '1' } });
    const commands = commandsIn(log);
    expect(commands).toHaveLength(1);
    expect(commands[0]).toMatch(/^::error title=FailCart failed on us::No #cart, 100%25.*\/runs\//);
    expect(summary).toContain('| us | failed | 2 | 1 | 1 |');
    expect(summary).toContain('[FailCart](http://');
    expect(summary).not.toMatch(/^(::|##\[)/m);
    expect(await readFile(join(workspace, 'reports of $(touch name).xml'), 'utf8')).toContain('<failure');
    expect(await createdIn(workspace)).toEqual([]);
  });

  it('fails with exit code 2 when a run is broken', async () => {
    const { code, outputs, log } = await action({ environments: 'us', tests: 'BrokenCart' });
    expect({ code, outputs }).toMatchObject({ code: 2, outputs: { verdict: 'broken', 'exit-code': '2' } });
    expect(commandsIn(log)[0]).toMatch(/^::error title=Run \d+ on us%3A broken::/);
  });

  it('passes each line of an input as one value', async () => {
    const { workspace } = await action({
      environments: 'us',
      tests: 'PassHome',
      groups: hostileGroups.join('\n'),
      priority: '7',
    });
    expect(await newestRun()).toMatchObject({
      priority: 7,
      selection: { all: false, groups: hostileGroups },
    });
    expect(await createdIn(workspace)).toEqual([]);
  });

  it('submits a saved selection with its environments and priority', async () => {
    await save('of an action');
    const { code, summary } = await action({ saved: 'of an action' });
    expect({ code, summary }).toMatchObject({ code: 0, summary: expect.stringContaining('| es | passed |') });
    expect(await newestRun()).toMatchObject({ priority: 4, selection: { tests: ['PassHome'] } });
  });

  it('passes patterns, severities and modules', async () => {
    const lists = { patterns: 'Pass*\n$(touch name)*', severities: 'major', modules: 'Acme_Cart,Acme_*' };
    const { code } = await action({ environments: 'us', tests: 'PassHome', ...lists, patterns: 'Pass*' });
    expect(code).toBe(0);
    expect((await newestRun()).selection).toMatchObject({
      patterns: ['Pass*'],
      severities: ['MAJOR'],
      modules: ['Acme_Cart', 'Acme_*'],
    });
    const { workspace, code: refused } = await action({ environments: 'us', ...lists });
    expect(refused).toBe(3);
    expect(await createdIn(workspace)).toEqual([]);
  });

  it('submits the runs for the commit of the workflow, its pull request, or the one that is named', async () => {
    const env = {
      ...job.env,
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_SHA: sha('a'),
    };
    const inputs = { environments: 'us', tests: 'PassHome' };
    await action(inputs, { env });
    expect(await newestCommit()).toEqual(['github', 'acme/shop', sha('a'), null]);
    const pullRequest = { number: '7', 'head.sha': sha('b') };
    await action(inputs, { env, pullRequest });
    expect(await newestCommit()).toEqual(['github', 'acme/shop', sha('b'), 7]);
    const url = 'https://gitlab.example.com/acme/qa/shop/-/merge_requests/8';
    await action({ ...inputs, 'commit-url': url, sha: sha('c') }, { env, pullRequest });
    expect(await newestCommit()).toEqual(['gitlab', 'acme/qa/shop', sha('c'), 8]);
    await action({ ...inputs, 'commit-url': 'none' }, { env, pullRequest });
    expect(await newestCommit()).toBeNull();
    const hostile = '$(touch name)`touch name`';
    const refused = await action({ ...inputs, 'commit-url': hostile }, { env });
    expect([refused.code, await createdIn(refused.workspace)]).toEqual([3, []]);
  });

  it('cancels the runs of a job that is cancelled', async () => {
    const { outputs } = await action({ environments: 'us', tests: 'WaitForEver' }, { cancel: whenWaiting });
    const finished = await waitFor(async () => {
      const run = await runOf(outputs['runs'] ?? '');
      return run.state === 'finished' && run;
    });
    expect(finished.verdict).toBe('cancelled');
  });

  it('submits nothing and names the fault when an environment is unknown', async () => {
    const { code, outputs, log } = await action({ environments: 'nowhere', tests: 'PassHome' });
    expect({ code, runs: outputs['runs'] }).toEqual({ code: 3, runs: '' });
    expect(log).toContain('ENVIRONMENT_UNKNOWN');
  });

  it('has no expression in a script, and no input for a token', async () => {
    const { runs, inputs } = await readAction();
    expect(runs.using).toBe('composite');
    for (const { run } of runs.steps) expect(run).not.toContain('${{');
    expect(Object.keys(inputs).filter((name) => /token|password|secret/i.test(name))).toEqual([]);
  });
});

describe('the GitLab template', () => {
  it.each(['sh', 'bash'] as const)(
    'has the exit code of the verdict and a JUnit report, in %s',
    async (shell) => {
      const { code, log, workspace } = await gitlab(shell, {
        MATRE_CI_ENVIRONMENTS: 'us',
        MATRE_CI_TESTS: 'FailCart,PassHome',
        MATRE_CI_GROUPS: hostileGroups.join('\n'),
        MATRE_CI_ALLURE_REPORT: String(shell === 'sh'),
      });
      const page: string[] = await readdir(join(workspace, 'matre-allure')).catch(() => []);
      expect(page.includes('index.html')).toBe(shell === 'sh');
      expect({ code, log: code === 1 ? '' : log }).toEqual({ code: 1, log: '' });
      expect((await newestRun()).selection).toMatchObject({
        all: false,
        tests: ['FailCart', 'PassHome'],
        groups: hostileGroups,
      });
      const { artifacts } = await readGitlabJob();
      expect(await readFile(join(workspace, artifacts.reports.junit), 'utf8')).toContain('<failure');
      expect(await createdIn(workspace)).toEqual([]);
      expect(log).not.toContain(token);
    },
  );

  it('submits a saved selection, and passes patterns, severities and modules', async () => {
    await save('of a job');
    expect((await gitlab('sh', { MATRE_CI_SAVED: 'of a job' })).code).toBe(0);
    expect(await newestRun()).toMatchObject({ priority: 4, selection: { tests: ['PassHome'] } });
    const lists = {
      ...{ MATRE_CI_PATTERNS: 'Pass*', MATRE_CI_SEVERITIES: 'MINOR', MATRE_CI_MODULES: 'Acme_Cart' },
      ...{ MATRE_CI_ENVIRONMENTS: 'us', MATRE_CI_TESTS: 'PassHome', MATRE_CI_PRIORITY: '2' },
    };
    expect((await gitlab('sh', lists)).code).toBe(0);
    expect(await newestRun()).toMatchObject({
      priority: 2,
      selection: { patterns: ['Pass*'], severities: ['MINOR'], modules: ['Acme_Cart'] },
    });
  });

  it('submits the runs for the commit of the pipeline, its merge request, or the one that is named', async () => {
    const lists = { MATRE_CI_ENVIRONMENTS: 'us', MATRE_CI_TESTS: 'PassHome' };
    const pipeline = { CI_PROJECT_URL: 'https://gitlab.example.com/fork/shop', CI_COMMIT_SHA: sha('a') };
    await gitlab('sh', { ...lists, ...pipeline });
    expect(await newestCommit()).toEqual(['gitlab', 'fork/shop', sha('a'), null]);
    const request = {
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/acme/qa/shop',
    };
    await gitlab('sh', { ...lists, ...pipeline, ...request });
    expect(await newestCommit()).toEqual(['gitlab', 'acme/qa/shop', sha('a'), 7]);
    await gitlab('sh', { ...lists, ...pipeline, ...request, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha('b') });
    expect(await newestCommit()).toEqual(['gitlab', 'acme/qa/shop', sha('b'), 7]);
    const url = `https://github.com/acme/shop/commit/${sha('c')}`;
    await gitlab('sh', { ...lists, ...pipeline, MATRE_CI_COMMIT_URL: url });
    expect(await newestCommit()).toEqual(['github', 'acme/shop', sha('c'), null]);
    await gitlab('sh', { ...lists, ...pipeline, MATRE_CI_COMMIT_URL: 'none' });
    expect(await newestCommit()).toBeNull();
  });

  it('succeeds when all tests passed, and fails with 2 when a run is broken', async () => {
    expect((await gitlab('sh', { MATRE_CI_ENVIRONMENTS: 'us,es', MATRE_CI_TESTS: 'PassHome' })).code).toBe(0);
    expect((await gitlab('sh', { MATRE_CI_ENVIRONMENTS: 'us', MATRE_CI_TESTS: 'BrokenCart' })).code).toBe(2);
  });

  it('cancels the runs of a job that is cancelled', async () => {
    await gitlab(
      'sh',
      { MATRE_CI_ENVIRONMENTS: 'us', MATRE_CI_TESTS: 'WaitForEver' },
      {
        cancel: async (workspace) => {
          await waitFor(() => readFile(join(workspace, 'matre-ci/runs'), 'utf8'));
          return whenWaiting();
        },
      },
    );
    const finished = await waitFor(async () => {
      const run = await newestRun();
      return run.state === 'finished' && run;
    });
    expect(finished.verdict).toBe('cancelled');
  });
});

it('both install the version of this project', async () => {
  const { name, version } = JSON.parse(
    await readFile(join(import.meta.dirname, '../../package.json'), 'utf8'),
  );
  expect((await readAction()).inputs['package']?.default).toBe(`${name}@${version}`);
  expect((await readGitlabJob()).variables['MATRE_CI_PACKAGE']).toBe(`${name}@${version}`);
});
