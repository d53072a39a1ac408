import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/app.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const shop = { baseUrl: 'https://example.com', adminUsername: 'admin' };
  for (const code of ['us', 'bulk', 'turns'])
    await server.ask('POST', '/api/environments', { code, ...shop });
});
afterAll(() => server.close());

const set = (environment: string, variables: object[]) =>
  server.ask('PUT', '/api/variables', { environment, variables });
const list = async (environment: string) =>
  (await server.ask('GET', `/api/variables?environment=${environment}`)).body.variables;
const audit = async (operation: string) =>
  (await server.ask('GET', `/api/audit?operation=${operation}`)).body.entries;
const namesOf = (rows: { name: string }[]) => rows.map(({ name }) => name);

describe('variables that look like secrets', () => {
  it('are stored as secrets, unless they are declared not to be, which the audit trail says', async () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
    const { body } = await set('us', [
      { name: 'GATEWAY_TOKEN', value: 'a' },
      { name: 'CERT_FILE', value: key },
      { name: 'COOKIE_NAME', value: 'b', secret: false },
      { name: 'STORE', value: 'us' },
    ]);
    const secrets = body.variables.filter(({ secret }: { secret: boolean }) => secret);
    expect(namesOf(secrets)).toEqual(['CERT_FILE', 'GATEWAY_TOKEN']);
    expect(JSON.stringify(body)).not.toContain('MIIE');
    const [entry] = await audit('variables.set');
    expect(entry.subject).toBe('us: GATEWAY_TOKEN, CERT_FILE, COOKIE_NAME, STORE; not secret: COOKIE_NAME');

    // As it is stored, until it is said otherwise.
    const repeat = await set('us', [
      { name: 'COOKIE_NAME', value: 'c' },
      { name: 'STORE', value: 'es', secret: true },
    ]);
    expect(repeat.body.variables).toMatchObject([
      { name: 'CERT_FILE', secret: true },
      { name: 'COOKIE_NAME', secret: false, value: 'c' },
      { name: 'GATEWAY_TOKEN', secret: true },
      { name: 'STORE', secret: true, value: null },
    ]);
    const [{ changes }] = await audit('variables.set');
    expect(changes).toEqual({ STORE: { before: 'not secret', after: 'secret' } });
  });

  it('have a description, which changes without the value', async () => {
    await set('us', [{ name: 'API_KEY', value: 'hush', description: 'of the provider' }]);
    const path = '/api/variables/API_KEY';
    const edited = await server.ask('PATCH', path, { environment: 'us', description: 'renewed in May' });
    expect(edited.body).toMatchObject({ description: 'renewed in May', secret: true, value: null });
    expect((await audit('variables.edit'))[0]).toMatchObject({
      changes: { description: { before: 'of the provider', after: 'renewed in May' } },
    });
    const { id } = await server.app.context.environments.get('us');
    const stored = await server.app.context.variables.readAll(id);
    expect(stored).toContainEqual({ name: 'API_KEY', value: 'hush', secret: true });
    const long = { environment: 'us', description: 'x'.repeat(501) };
    expect((await server.ask('PATCH', path, long)).status).toBe(400);
    expect((await server.ask('PATCH', '/api/variables/NONE', { description: '' })).status).toBe(404);
  });
});

describe('the import of variables', () => {
  const send = (content: string, more: object = {}) =>
    server.ask('POST', '/api/variables/import', { environment: 'bulk', content, ...more });

  it('previews what it would add, change and remove, and applies all of it', async () => {
    await set('bulk', [
      { name: 'OLD', value: '1' },
      { name: 'STORE', value: 'us' },
      { name: 'PAY_SECRET', value: 'hush' },
    ]);
    const text = '# of the shop\nexport STORE="es" # changed\nNEW=1\nNEW=2\nMAIL_PASSWORD=\'p#s\'\n';
    const preview = await send(text, { dryRun: true, replace: true });
    expect(preview.body).toMatchObject({
      dryRun: true,
      added: [
        { name: 'NEW', value: '2', secret: false },
        { name: 'MAIL_PASSWORD', value: null, secret: true, isGuess: true },
      ],
      changed: [{ name: 'STORE', value: 'es' }],
      removed: ['OLD', 'PAY_SECRET'],
      notes: [{ line: 4, message: 'NEW replaces the value of line 3' }],
    });
    expect(namesOf(await list('bulk'))).toEqual(['OLD', 'PAY_SECRET', 'STORE']);

    expect((await send(text)).body.stays).toEqual(['OLD', 'PAY_SECRET']);
    expect(namesOf(await list('bulk'))).toEqual(['MAIL_PASSWORD', 'NEW', 'OLD', 'PAY_SECRET', 'STORE']);
    await send('STORE=es\nPAY_SECRET=(secret)', { replace: true });
    expect(namesOf(await list('bulk'))).toEqual(['PAY_SECRET', 'STORE']);
    const subjects = (await audit('variables.import')).map(({ subject }: { subject: string }) => subject);
    expect(subjects).toContain('bulk: removed MAIL_PASSWORD, NEW, OLD');
    expect(subjects).toContain('bulk: added NEW, MAIL_PASSWORD');
    expect(subjects).toContain('bulk: an env file; others are removed; dry run');
  });

  it('changes nothing when one of the changes fails', async () => {
    const before = await list('bulk');
    const { database } = server.app.context;
    await database.script(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
       CREATE TRIGGER refuse BEFORE INSERT ON variable FOR EACH ROW WHEN (NEW.name = 'LAST') EXECUTE FUNCTION refuse()`,
    );
    expect((await send('FIRST=1\nLAST=1', { replace: true })).status).toBe(500);
    await database.script('DROP TRIGGER refuse ON variable; DROP FUNCTION refuse()');
    expect(await list('bulk')).toEqual(before);
  });

  it.each([
    ['A=1\nB = 2', 'ENV_FILE_INVALID', 'Line 2: '],
    ['A=1\n\nB="open', 'ENV_FILE_INVALID', 'Line 3: '],
    ['A="x\u0007"', 'INPUT_INVALID', 'Line 1: '],
    [`A=1\nB=${'x'.repeat(65_537)}`, 'INPUT_INVALID', 'Line 2: '],
    [Array.from({ length: 1001 }, (_, index) => `N${index}=1`).join('\n'), 'INPUT_INVALID', '1001 variables'],
  ])('refuses %# with the line', async (content, code, message) => {
    const { body } = await send(content);
    expect(body).toMatchObject({ code, detail: expect.stringContaining(message) });
  });

  it('leaves everything unchanged for what an export wrote', async () => {
    await set('bulk', [{ name: 'TITLE', value: "it's $5", description: 'shown in the head' }]);
    const { content } = (await server.ask('GET', '/api/variables/export?environment=bulk')).body;
    expect(content).toContain("PAY_SECRET='(secret)'\n");
    expect(content).toContain('# shown in the head\nTITLE=');
    const { body } = await send(content, { replace: true });
    expect(body).toMatchObject({ added: [], changed: [], removed: [], ignored: [] });
  });
});

describe('the rotation of a secret', () => {
  const path = '/api/variables/KEY/rotation';
  const at = new Date(Date.now() + 3_600_000).toISOString();

  it('is shown with its time and user, takes effect at the time, and can be cancelled before', async () => {
    await set('turns', [{ name: 'KEY', value: 'old' }]);
    const input = { environment: 'turns', value: 'new value', at };
    const rotated = await server.ask('POST', path, input);
    expect(rotated.body).toMatchObject({ name: 'KEY', rotation: { at, by: expect.any(String) } });
    expect(JSON.stringify([rotated.body, await list('turns')])).not.toContain('new value');
    expect((await audit('variables.rotate'))[0].subject).toBe(`turns: KEY, from ${at}`);
    expect((await server.ask('DELETE', `${path}?environment=turns`)).body).toMatchObject({ rotation: null });
    const repeat = await server.ask('DELETE', `${path}?environment=turns`);
    expect(repeat.body).toMatchObject({ status: 404, code: 'NOT_FOUND' });

    await server.ask('POST', path, input);
    const { context } = server.app;
    await context.database.query(`UPDATE variable SET next_at = now() WHERE next_at IS NOT NULL`);
    const { id } = await context.environments.get('turns');
    expect(await context.variables.readAll(id)).toEqual([{ name: 'KEY', value: 'new value', secret: true }]);
    expect(await list('turns')).toMatchObject([{ rotation: null, changedAt: expect.any(String) }]);
  });

  it('is for stored secrets and a time to come', async () => {
    await set('turns', [{ name: 'STORE', value: 'us' }]);
    const rotate = (name: string, time: string) =>
      server.ask('POST', `/api/variables/${name}/rotation`, { environment: 'turns', value: 'x', at: time });
    expect((await rotate('STORE', at)).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await rotate('NONE', at)).body).toMatchObject({ code: 'NOT_FOUND' });
    expect((await rotate('KEY', '2020-01-01T00:00:00Z')).body).toMatchObject({ code: 'INPUT_INVALID' });
    expect((await rotate('KEY', 'tomorrow')).body).toMatchObject({ code: 'INPUT_INVALID' });
  });
});
