import { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { readPassword } from './commands/env/password.ts';
import { readNewPassword } from './new-password.ts';
import type { Terminal } from './output/terminal.ts';

/** Without a terminal, as in a pipeline. */
const terminal = (input: string) =>
  ({
    stdin: Readable.from([input]),
    stderr: { stream: { write: () => true } },
    env: {},
  }) as unknown as Terminal;

it('names the option that reads the admin password from standard input, when there is no terminal', async () => {
  await expect(readPassword(terminal('secret\n'), { askAdminPassword: true })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('--admin-password-stdin'),
  });
  expect(await readPassword(terminal('secret\n'), { adminPasswordStdin: true })).toBe('secret');
});

it('names the option that reads a new password from standard input, when there is no terminal', async () => {
  await expect(readNewPassword(terminal('secret\n'), {})).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    message: expect.stringContaining('--password-stdin'),
  });
  expect(await readNewPassword(terminal('secret\n'), { passwordStdin: true })).toBe('secret');
});
