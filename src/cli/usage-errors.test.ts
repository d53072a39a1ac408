import { describe, expect, it } from 'vitest';
import { cliHere } from '../../test/support/cli.ts';

const hintOf = (command: string) =>
  `  The command was not executed.\n  \`matre ${command}\` shows what it accepts.\n`;

describe('wrong use of the command line', () => {
  it.each([
    [['lst'], '--help', "error Unknown command 'lst'. Did you mean list? (INPUT_INVALID)\n"],
    [['list', '--foo'], 'help list', "error Unknown option '--foo'. (INPUT_INVALID)\n"],
    [
      ['schedule', 'add', 'x', '--all'],
      'help schedule add',
      "error Required option '--cron <expression>' not specified. (INPUT_INVALID)\n",
    ],
    [['--context', 'status', 'show'], 'help show', "error Missing required argument 'id'. (INPUT_INVALID)\n"],
    [
      ['show', 'a\u001b[2Jb'],
      'help show',
      "error Command-argument value 'a [2Jb' is invalid for argument 'id'. ",
    ],
  ])('%j ends with 3 and an error in the form of all others', async (args, help, heading) => {
    const { code, stdout, stderr } = await cliHere(args);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.startsWith(heading), stderr).toBe(true);
    expect(stderr.endsWith(hintOf(help)), stderr).toBe(true);
  });

  it('says of an invalid setting where settings are explained, which needs no valid settings', async () => {
    const settings = { MATRE_URL: 'nonsense' };
    const { code, stderr } = await cliHere(['list'], { settings });
    expect(code).toBe(3);
    expect(stderr).toContain('begins with http:// or https://. (CONFIG_INVALID)');
    expect(stderr).toContain('`matre help settings`');
    expect((await cliHere(['help', 'settings'], { settings })).code).toBe(0);
  });

  it.each([[['run', '--all']], [['schedule', 'add', 'x', '--cron', '@daily', '--all']]])(
    '%j needs an environment or a saved selection',
    async (args) => {
      const { code, stderr } = await cliHere(args);
      expect(code).toBe(3);
      expect(stderr).toContain('Name an environment (-e), or a saved selection (--saved). (INPUT_INVALID)');
    },
  );

  it('refuses two verdicts in one list', async () => {
    const { code, stderr } = await cliHere(['list', '--state', 'failed', '--verdict', 'passed']);
    expect(code).toBe(3);
    expect(stderr).toContain(
      'error No run has two verdicts: --state failed, --verdict passed. (INPUT_INVALID)',
    );
  });

  it('`matre watch` has no text about an option that it does not have', async () => {
    expect((await cliHere(['watch', '--help'])).stdout).not.toContain('with --watch:');
  });
});
