import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';
import { cliHere } from '../support/cli.ts';
import { namedRunner } from '../support/runner.ts';
import { waitFor } from '../support/wait-for.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ parts: { runner: namedRunner, resolveSelection: async () => undefined } });
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'es', 'fr']) await server.ask('POST', '/api/environments', { code, ...shop });
  await server.app.startWorkers();
});
afterAll(() => server.close());

const hourMs = 3_600_000;
const reserve = async (environment: string, more: object = {}) =>
  (
    await server.ask('POST', '/api/reservations', {
      ...{ environment, reason: 'look at the cart', requestedBy: 'alice', durationMs: hourMs },
      ...more,
    })
  ).body;
const submit = async (environment: string, tests: string[], more: object = {}) =>
  (await server.ask('POST', '/api/runs', { environments: [environment], selection: { tests }, ...more })).body
    .runs[0];
const read = async (id: number) => (await server.ask('GET', `/api/runs/${id}`)).body.run;
const isOf = (state: string, id: number) => async () => (await read(id)).state === state;
const cli = (...args: string[]) => cliHere(args, { settings: { MATRE_URL: server.url } });

describe('a reservation', () => {
  it('after a run keeps the next ones waiting, lets a run of its owner in, and the others start after its end', async () => {
    const first = await submit('us', ['WaitForEver']);
    await waitFor(isOf('running', first.id));
    const { id, state, endsAt } = await reserve('us', { afterRun: first.id, environment: undefined });
    expect([state, endsAt]).toEqual(['planned', null]);
    const other = await submit('us', ['PassCart']);
    await server.ask('POST', `/api/runs/${first.id}/cancel`);
    const active = await waitFor(async () => {
      const { body } = await server.ask('GET', '/api/reservations');
      return body.reservations.find((each: { state: string }) => each.state === 'active');
    });
    expect(active).toMatchObject({ id, environment: 'us', owner: 'alice', afterRun: first.id });

    const { body: overview } = await server.ask('GET', '/api/overview');
    const lane = overview.lanes.find(({ code }: { code: string }) => code === 'us');
    expect(lane.reservations).toMatchObject([{ id, state: 'active' }]);
    expect(overview.queue.find((run: { id: number }) => run.id === other.id)).toMatchObject({
      waits: { code: 'reserved', message: expect.stringContaining('reserved by alice until') },
      expectedStartAt: active.endsAt,
    });
    const inside = await submit('us', ['PassCart'], { reservation: id });
    await waitFor(isOf('finished', inside.id));
    expect((await read(other.id)).state).toBe('queued');

    expect((await cli('reservations', 'end', String(id))).stdout).toContain('is ended');
    await waitFor(isOf('finished', other.id));
    const { body: ended } = await server.ask('GET', '/api/reservations?state=ended');
    expect(ended.reservations[0]).toMatchObject({ id, state: 'ended' });
  });

  it('is added, listed and extended by commands, which show absolute times', async () => {
    const added = await cli('reserve', 'es', '--until', '2099-01-01T15:00Z', '--reason', 'demo');
    expect(added).toMatchObject({ code: 3, stderr: expect.stringContaining('RESERVATION_TIME_INVALID') });
    const until = new Date(Date.now() + hourMs).toISOString();
    expect((await cli('reserve', 'es', '--until', until, '--reason', 'demo')).stdout).toMatch(
      /^Reservation \d+ of es by \S+ is active until .*UTC.*\.\n$/,
    );
    const { stdout } = await cli('reservations', 'list');
    const id = /^(\d+) +es +active +\S+ +.* demo$/m.exec(stdout)?.[1] ?? '';
    const later = new Date(Date.now() + 2 * hourMs).toISOString();
    expect((await cli('reservations', 'edit', id, '--until', later)).stdout).toContain('is active until');
    const { body } = await server.ask('GET', '/api/reservations');
    expect(body.reservations[0]).toMatchObject({ environment: 'es', endsAt: later });
  });

  it('is refused without a length, with times that make no sense, and for a run elsewhere', async () => {
    const run = await submit('fr', ['PassCart']);
    const past = new Date(Date.now() - hourMs).toISOString();
    const codes = await Promise.all(
      [
        { durationMs: undefined },
        { endsAt: new Date(Date.now() + hourMs).toISOString() },
        { durationMs: undefined, endsAt: past },
        { beginsAt: '2099-01-01T00:00:00Z' },
        { environment: 'es', afterRun: run.id },
        { environment: undefined },
        { afterRun: 999 },
      ].map(async (each) => (await reserve('fr', each)).code),
    );
    expect(codes).toEqual([
      ...['INPUT_INVALID', 'INPUT_INVALID', 'RESERVATION_TIME_INVALID', 'RESERVATION_TIME_INVALID'],
      ...['INPUT_INVALID', 'INPUT_INVALID', 'RUN_UNKNOWN'],
    ]);
  });
});

describe('a limit of waiting', () => {
  it('cancels a run that did not start in time, with a reason, and a pipeline gets the exit code 2', async () => {
    const { id } = await reserve('fr');
    const watched = await cli('run', '-e', 'fr', '--test', 'PassCart', '--wait-at-most', '1s', '--watch');
    expect(watched).toMatchObject({ code: 2, stdout: expect.stringContaining('cancelled') });
    const { body } = await server.ask('GET', '/api/runs?environment=fr&limit=1');
    expect(body.runs[0]).toMatchObject({
      verdict: 'cancelled',
      reason: { code: 'WAITED_TOO_LONG', message: expect.stringContaining('within 1 s') },
    });
    await server.ask('POST', `/api/reservations/${id}/end`);
    const inTime = await submit('fr', ['PassCart'], { waitAtMostMs: hourMs });
    await waitFor(isOf('finished', inTime.id));
    expect((await read(inTime.id)).verdict).toBe('passed');
  });
});

describe('with sign-in', () => {
  it('only its owner and administrators use and change a reservation', async () => {
    const { ownReservation } = await import('../../src/operations/reservations/reservations.ts');
    const { id } = await reserve('us');
    const { context } = server.app;
    const principal = { name: 'bob', role: 'operator', via: 'password', accountId: 7 } as const;
    await expect(ownReservation(context, id, principal)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await ownReservation(context, id, { ...principal, role: 'admin' })).id).toBe(id);
    await context.reservations.end(id, 'test');
  });
});
