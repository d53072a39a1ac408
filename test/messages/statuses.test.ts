import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/worker/runner.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { type GithubStandIn, startGithub } from '../support/channels/github.ts';
import { type GitlabStandIn, startGitlab } from '../support/channels/gitlab.ts';
import { newResult } from '../support/samples.ts';
import { waitFor } from '../support/wait-for.ts';

// From a request to the services where code is reviewed, through the outbox of a server.

const sha = 'a'.repeat(40);
const moduleCommit = 'b'.repeat(40);

/** A run waits for it before its first result. */
let beforeResults: () => Promise<unknown> = async () => {};

const runner: Runner = async ({ run, record }) => {
  await record.commit({ id: moduleCommit, subject: 'Rework coupons' });
  await record.plan(run.selection.tests.map((name) => ({ name, suite: undefined })));
  await beforeResults();
  for (const name of run.selection.tests)
    await record.result(newResult(name, name.startsWith('Fail') ? 'failed' : 'passed'));
  return { kind: 'finished' };
};

describe('statuses of commits', () => {
  let github: GithubStandIn;
  let gitlab: GitlabStandIn;
  let server: TestServer;
  beforeAll(async () => {
    github = await startGithub({ project: 'acme/tests', shas: [sha, moduleCommit], pulls: [7] });
    gitlab = await startGitlab({ project: 'acme/qa/shop', shas: [sha], mergeRequests: [8] });
    server = await startTestServer({
      settings: {
        MATRE_MESSAGES_ALLOWED_NETWORKS: '127.0.0.1',
        MATRE_PUBLIC_URL: 'http://127.0.0.1:8090',

        MATRE_MODULE_REPOSITORY: `${github.origin}/acme/tests.git`,
      },
      parts: {
        runner,
        resolveSelection: async () => undefined,
        commitRange: async () => undefined,
        catalog: async () => Promise.reject(new Error('There is no catalog here.')),
      },
    });
    for (const code of ['us', 'es']) {
      const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
      await server.ask('POST', '/api/environments', { code, ...shop });
    }
    await server.ask('POST', '/api/channels', {
      ...{ name: 'github', kind: 'github', secrets: { token: github.token } },
      settings: { baseUrl: github.origin, apiUrl: github.origin, projects: ['acme/*'] },
    });
    await server.ask('POST', '/api/channels', {
      ...{ name: 'gitlab', kind: 'gitlab', secrets: { token: gitlab.token } },
      settings: { baseUrl: gitlab.origin, projects: ['acme/qa/*'] },
    });
    await server.app.startWorkers();
  });
  afterAll(async () => {
    await server?.close();
    await github?.close();
    await gitlab?.close();
  });

  const submit = async (tests: string[], more: object = {}) => {
    const { body } = await server.ask('POST', '/api/runs', {
      environments: ['us'],
      selection: { tests },
      ...more,
    });
    return body.runs[0].submissionId as number;
  };

  it('are tested as a channel is set up', async () => {
    for (const name of ['github', 'gitlab']) {
      const { body } = await server.ask('POST', `/api/channels/${name}/test`, {});
      expect(body).toMatchObject({ delivered: true });
    }
  });

  it('say the verdict at the commit of a merge request, and comment in it, without a rule', async () => {
    const commitUrl = `${gitlab.origin}/acme/qa/shop/-/merge_requests/8`;
    beforeResults = () => waitFor(() => gitlab.accepted.length > 0);
    const id = await submit(['PassHome', 'FailCart'], { commitUrl, sha });
    const context = 'matre/tests PassHome, FailCart on us';
    await waitFor(() => gitlab.statuses(sha)[context] === 'failed' && gitlab.notes.length === 1);
    expect(gitlab.accepted[0]).toMatchObject({
      state: expect.stringMatching(/^(pending|running)$/),
      context,
    });
    expect(gitlab.notes[0]?.body).toContain(`http://127.0.0.1:8090/submissions/${id}`);
    expect(gitlab.notes[0]?.body).toContain('<code>FailCart</code>');
    expect(github.accepted).toEqual([]);
    const nextId = await submit(['PassHome', 'FailCart'], { commitUrl, sha });
    await waitFor(() => gitlab.notes[0]?.body.includes(`/submissions/${nextId}"`));
    expect(gitlab.notes).toHaveLength(1);
    beforeResults = async () => {};
  });

  it('are those of the commit of the test module, for a submission without another one', async () => {
    await submit(['PassHome']);
    const context = 'matre/test PassHome on us';
    // A first status may be sent before the verdict.
    await waitFor(() => github.statuses(moduleCommit)[context] === 'success');
    expect(Object.keys(github.statuses(moduleCommit))).toEqual([context]);
  });

  it('name the reason when the forge refuses', async () => {
    const unknown = 'd'.repeat(40);
    const id = await submit(['PassHome'], { commitUrl: `${github.origin}/acme/tests/commit/${unknown}` });
    const message = await waitFor(async () => {
      const { body } = await server.ask('GET', `/api/submissions/${id}/messages`);
      return body.messages.find(({ error }: { error: unknown }) => error !== null);
    });
    expect(message).toMatchObject({
      state: 'waiting',
      error: { code: 'MESSAGE_REFUSED', message: expect.stringContaining('No commit found') },
    });
  });
});
