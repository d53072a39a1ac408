import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/faults/fault.ts';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

async function resolveSelection({ groups }: { groups: string[] }) {
  if (groups.includes('smokee')) {
    throw new Fault('SELECTION_UNKNOWN', 'There is no group "smokee". Nearest: smoke.');
  }
  return undefined;
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ parts: { runner: namedRunner, resolveSelection } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es', 'gone']) await server.ask('POST', '/api/environments', { code, ...shop });
  server.app.startScheduler();
});
afterAll(() => server.close());

const nightly = {
  name: 'nightly',
  cron: '30 2 1 1 *',
  zone: 'Europe/Berlin',
  environments: ['us', 'es'],
  selection: { groups: ['smoke'] },
};
const add = (more: object) => server.ask('POST', '/api/schedules', { ...nightly, ...more });
const ask = (...args: string[]) => cliHere(args, { settings: { MATRE_DATA: server.folder } });

describe('schedules over HTTP', () => {
  it('preview what a cron expression means, or why it is invalid', async () => {
    const { body } = await server.ask(
      'GET',
      '/api/schedule-times?cron=30%202%2025%2010%20*&zone=Europe/Berlin&count=2',
    );
    expect(body).toEqual({
      zone: 'Europe/Berlin',
      days: null,
      next: [
        expect.objectContaining({ at: expect.stringMatching(/-10-25T0[01]:30:00.000Z$/) }),
        expect.anything(),
      ],
    });
    const wrong = await server.ask('GET', '/api/schedule-times?cron=0%2025%20*%20*%20*');
    expect(wrong.status).toBe(400);
    expect(wrong.body.detail).toContain('"25" is not a valid hour: 0 to 23');
  });

  it('are added with defaults, listed with their next times, changed, and removed', async () => {
    const added = await add({});
    expect(added.status).toBe(200);
    expect(added.body).toMatchObject({
      ...nightly,
      environments: [
        { code: 'es', removed: false },
        { code: 'us', removed: false },
      ],
      selection: { groups: ['smoke'], tests: [] },
      summary: 'group smoke',
      overlap: 'skip',
      missed: 'once',
      catchUpMinutes: 60,
      paused: null,
      problem: null,
      last: null,
    });
    expect(added.body.next).toHaveLength(5);
    expect(added.body.next[0]).toMatchObject({
      local: expect.stringMatching(/ 0[23]:\d0$/),
      offset: expect.stringMatching(/^\+0[12]:00$/),
    });
    expect((await add({})).body).toMatchObject({ status: 409, code: 'SCHEDULE_EXISTS' });

    const change = await server.ask('PATCH', '/api/schedules/nightly', {
      cron: '0 4 * * *',
      rename: 'Early birds',
      overlap: 'replace',
    });
    expect(change.body).toMatchObject({
      name: 'Early birds',
      cron: '0 4 * * *',
      zone: 'Europe/Berlin',
      overlap: 'replace',
    });
    expect(change.body.next[0].local).toMatch(/ 04:00$/);
    const { body } = await server.ask('GET', '/api/schedules');
    expect(body.schedules).toEqual([change.body]);

    const removed = await server.ask('DELETE', '/api/schedules/Early%20birds');
    expect(removed.body.name).toBe('Early birds');
    expect((await server.ask('GET', '/api/schedules/Early%20birds')).body.code).toBe('SCHEDULE_UNKNOWN');
  });

  describe('with both day fields', () => {
    const daysOf = ({ next }: { next: { local: string }[] }) => next.map(({ local }) => local.slice(8, 10));
    /** As it was before the rule of cron. */
    async function addOlder(name: string) {
      await add({ name, cron: '0 3 */2 * MON' });
      await server.app.context.database.query(
        `UPDATE schedule SET day_rule = 'either', revision = revision + 1 WHERE name = $1`,
        [name],
      );
      return (await server.ask('POST', `/api/schedules/${name}/pause`)).body;
    }

    it('follow the rule of cron, and say what it means', async () => {
      const { body } = await add({ name: 'both', cron: '0 3 1-7 * */7' });
      expect(body).toMatchObject({
        dayRule: 'vixie',
        days: expect.stringContaining('both the day of the month (1-7) and the day of the week (*/7)'),
        dayRuleChange: null,
      });
      for (const day of daysOf(body)) expect(Number(day)).toBeLessThanOrEqual(7);
      const preview = await server.ask('GET', '/api/schedule-times?cron=0%203%201-7%20*%20SUN');
      expect(preview.body.days).toContain('either the day of the month (1-7) or');
      await server.ask('DELETE', '/api/schedules/both');
    });

    it('keep their times when they are from before, and show how those would change', async () => {
      expect(await addOlder('older')).toMatchObject({ dayRule: 'either' });
      // What is not about its times leaves the rule.
      await server.ask('PATCH', '/api/schedules/older', { priority: 3, cron: '0 3 */2 * MON' });
      const resumed = (await server.ask('POST', '/api/schedules/older/resume')).body;
      expect(resumed).toMatchObject({
        dayRule: 'either',
        dayRuleChange: { next: expect.anything(), sameTimes: '0 3 1-31/2 * MON' },
      });
      expect(resumed.next).not.toEqual(resumed.dayRuleChange.next);
      expect((await ask('schedule', 'list')).stdout).toContain(
        'To keep the current times: matre schedule edit "older" --cron "0 3 1-31/2 * MON"',
      );
      expect((await ask('schedule', 'next', 'older')).stdout).toContain('Cron would require both');

      const edited = await ask('schedule', 'edit', 'older', '--day-rule', 'vixie');
      expect(edited.stdout).toContain('both the day of the month (*/2) and the day of the week (MON)');
      const confirmed = (await server.ask('GET', '/api/schedules/older')).body;
      expect(confirmed).toMatchObject({
        dayRule: 'vixie',
        dayRuleChange: null,
        next: resumed.dayRuleChange.next,
      });
      await server.ask('DELETE', '/api/schedules/older');
    });

    it('get the rule of cron with a new expression', async () => {
      await addOlder('older');
      const { body } = await server.ask('PATCH', '/api/schedules/older', { cron: '0 3 1-31/2 * MON' });
      expect(body).toMatchObject({ dayRule: 'vixie', dayRuleChange: null });
      await server.ask('DELETE', '/api/schedules/older');
    });
  });

  it('are refused when they could not fire', async () => {
    const refusalOf = async (more: object) => (await add({ name: 'wrong', ...more })).body;
    expect(await refusalOf({ cron: '0 0 30 2 *' })).toMatchObject({
      code: 'INPUT_INVALID',
      detail: expect.stringContaining('never occurs'),
    });
    expect(await refusalOf({ zone: 'Berlin' })).toMatchObject({
      code: 'INPUT_INVALID',
      detail: expect.stringContaining('is not a time zone'),
    });
    expect(await refusalOf({ environments: ['uss'] })).toMatchObject({
      code: 'ENVIRONMENT_UNKNOWN',
      detail: expect.stringContaining('Did you mean us?'),
    });
    expect(await refusalOf({ selection: {} })).toMatchObject({ code: 'SELECTION_EMPTY' });
    expect(await refusalOf({ selection: { groups: ['smokee'] } })).toMatchObject({
      code: 'SELECTION_UNKNOWN',
    });
    expect(await refusalOf({ name: 'a/b' })).toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('are fired by hand, once for each idempotency key, and their runs name the schedule', async () => {
    const { body: schedule } = await add({ name: 'by hand', environments: ['us'] });
    const fire = () => server.ask('POST', '/api/schedules/by%20hand/fire', {}, { 'idempotency-key': 'once' });
    const first = await fire();
    expect(first.body).toMatchObject({
      dueAt: null,
      outcome: 'fired',
      runs: [{ environment: 'us', state: 'queued' }],
    });
    expect((await fire()).body).toEqual(first.body);
    const { body } = await server.ask('GET', `/api/runs/${first.body.runs[0].id}`);
    expect(body.run).toMatchObject({ requestedBy: 'schedule by hand', scheduleId: schedule.id });
    const repeat = await server.ask('POST', '/api/schedules/by%20hand/fire', {});
    expect(repeat.body).toMatchObject({ outcome: 'skipped', reason: { code: 'SCHEDULE_OVERLAPS' } });
  });

  it('fire when due, pause, and do not catch up the times of a pause', async () => {
    await add({ name: 'hourly', cron: '0 * * * *', environments: ['es'] });
    const due = () =>
      server.app.context.database.query(`UPDATE schedule SET next_at = now() WHERE name = 'hourly'`);
    await due();
    const shown = await waitFor(async () => {
      const { body } = await server.ask('GET', '/api/schedules/hourly');
      return body.firings.length > 0 && body;
    });
    expect(shown.firings).toMatchObject([{ outcome: 'fired', by: null, missed: 0 }]);
    expect(shown.firings[0]?.submission).toBeGreaterThan(0);
    expect(shown.last).toEqual(shown.firings[0]);

    const paused = await server.ask('POST', '/api/schedules/hourly/pause', {});
    expect(paused.body).toMatchObject({ paused: { since: expect.any(String) }, next: [] });
    const resumed = await server.ask('POST', '/api/schedules/hourly/resume', {});
    expect(Date.parse(resumed.body.next[0].at)).toBeGreaterThan(Date.now());
  });

  it('notify open pages of a change', async () => {
    await add({ name: 'watched' });
    const leaving = new AbortController();
    const { body } = await fetch(`${server.url}/api/events`, { signal: leaving.signal });
    let eventText = '';
    const reading = (async () => {
      for await (const part of body ?? []) eventText += Buffer.from(part);
    })().catch(() => {});
    await waitFor(() => eventText.includes('event: reload'));
    await server.ask('POST', '/api/schedules/watched/pause', {});
    await waitFor(() => eventText.includes('event: schedules'));
    leaving.abort();
    await reading;
  });

  it('report a removed environment', async () => {
    await add({ name: 'half', environments: ['us', 'gone'] });
    expect((await server.ask('DELETE', '/api/environments/gone')).status).toBe(200);
    const { body } = await server.ask('GET', '/api/schedules/half');
    expect(body.problem).toBe('Removed environments: gone; the others are tested.');
    expect(body.environments).toContainEqual({ code: 'gone', removed: true });
  });
});

describe('matre schedule', () => {
  it('adds, lists, shows, changes, fires and removes', async () => {
    const added = await ask(
      'schedule',
      'add',
      'weekly',
      '--cron',
      '@weekly',
      '-e',
      'us',
      '-g',
      'smoke',
      '--overlap',
      'queue',
    );
    expect(added.stderr).toBe('');
    expect(added.stdout).toMatch(
      /^Schedule weekly was added. Next times:\n {2}\d{4}-\d\d-\d\d 00:00 \+00:00 UTC, in /,
    );
    expect((await ask('schedule', 'list')).stdout).toMatch(
      /^weekly +us +@weekly +\S+ 00:00 \+00:00 UTC +- +group smoke$/m,
    );

    const firing = await ask('schedule', 'fire', 'weekly');
    expect(firing).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Run \d+ on us was submitted; it is queued\.\n$/),
    });
    await ask('schedule', 'edit', 'weekly', '--priority', '5', '--missed', 'skip');
    const shown = await ask('schedule', 'show', 'weekly');
    expect(shown.stdout).toContain('Overlap       wait behind an earlier run');
    expect(shown.stdout).toContain('Missed        skipped');
    expect(shown.stdout).toContain('by hand: ');
    await ask('schedule', 'pause', 'weekly');
    expect((await ask('schedule', 'list')).stdout).toMatch(/^weekly .* paused /m);
    await ask('schedule', 'resume', 'weekly');
    expect((await ask('schedule', 'next', 'weekly', '--count', '2')).stdout.split('\n')).toHaveLength(3);
    expect((await ask('schedule', 'remove', 'weekly')).stdout).toBe('Schedule weekly was removed.\n');
  });

  it('explains why a cron expression is invalid', async () => {
    const { code, stderr } = await ask('schedule', 'next', '--cron', '0 2 * *');
    expect(code).toBe(3);
    expect(stderr).toContain('has 4 fields, but five are needed');
  });
});
