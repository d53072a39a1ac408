import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { cliHere } from '../../../test/support/cli.ts';

const step = (stepKey: string | null, text: string, line: number, call: object | null = null) => ({
  stepKey,
  action: stepKey === null ? 'comment' : 'click',
  text,
  fields:
    stepKey === null
      ? []
      : [{ name: 'selector', parts: [text, { kind: 'env', name: 'MAIL' }], references: [] }],
  file: 'app/code/Acme/A.xml',
  line,
  url: null,
  call,
});

it('prints the steps of action groups below their calls, with file and line', async () => {
  const call = { actionGroup: 'SignIn', stepKey: 'in', file: 'app/code/Acme/T.xml', line: 4, url: null };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    requests.push(`${pathname} ${searchParams}`);
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        commit: { id: 'abcdef01'.repeat(5), subject: 'Add a test' },
        test: 'T',
        file: 'app/code/Acme/T.xml',
        line: 3,
        url: null,
        extends: 'P',
        skipped: false,
        environment: 'us',
        modules: 'two are enabled',
        valuesMissing: null,
        values: [
          {
            kind: 'env',
            name: 'MAIL',
            variable: 'MAIL',
            value: 'ann',
            secret: false,
            from: 'module',
            file: 'a.env',
          },
          {
            kind: 'secret',
            name: 'a/KEY',
            variable: 'KEY',
            value: null,
            secret: true,
            from: 'global',
            file: null,
          },
        ],
        before: [step('openIn', '#a', 7, call), step(null, 'a comment', 8, call)],
        steps: [step('save', '#b', 9)],
        after: [],
      }),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    const settings = { MATRE_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const { code, stdout } = await cliHere(['steps', 'T', '--ref', 'main', '-e', 'us'], { settings });
    expect(code).toBe(0);
    expect(stdout).toBe(`T, extends P
app/code/Acme/T.xml:3

before
  SignIn [in]  app/code/Acme/T.xml:4
    click selector="#aann" [openIn]  app/code/Acme/A.xml:7
    <!-- a comment -->  app/code/Acme/A.xml:8

test
  click selector="#bann" [save]  app/code/Acme/A.xml:9

3 steps, at abcdef01 Add a test
Modules: two are enabled

READ AS       VALUE   FROM
_ENV.MAIL     ann     a.env
_CREDS.a/KEY  ••••••  global
`);
    expect(await cliHere(['show', 'T', '--steps'], { settings })).toMatchObject({ code: 0, stdout });
    expect(requests).toEqual(['/api/tests/T/steps environment=us&ref=main', '/api/tests/T/steps ']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
