import { describe, expect, it } from 'vitest';
import { cliHere } from '../../test/support/cli.ts';
import { settingNames } from '../config/settings/settings.ts';
import { commandGroups, commandTable } from './command-table.ts';
import { topicNames } from './topic-names.ts';

describe('matre without a command', () => {
  it('prints its help to standard output, with exit code 0', async () => {
    const { code, stdout, stderr } = await cliHere([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { title } of commandGroups) expect(stdout).toContain(`\n${title}:\n`);
    for (const { name, hidden } of commandTable) {
      expect(new RegExp(`^  ${name} `, 'm').test(stdout), name).toBe(hidden !== true);
    }
  });
});

describe('matre help', () => {
  it.each(topicNames)('explains the topic %s, in lines that fit', async (topic) => {
    const { code, stdout } = await cliHere(['help', topic]);
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeGreaterThan(5);
    if (topic === 'settings') for (const name of settingNames) expect(stdout).toContain(name);
    else for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(125);
  });

  it('prints the help of a command and of a command of a group', async () => {
    expect((await cliHere(['help', 'list'])).stdout).toContain('Usage: matre list');
    expect((await cliHere(['help', 'env', 'add'])).stdout).toContain('Usage: matre env add');
    expect((await cliHere(['help'])).stdout).toContain('Usage: matre [options]');
  });

  it('names the topics for an unknown one', async () => {
    const { code, stderr } = await cliHere(['help', 'nothing']);
    expect(code).toBe(3);
    expect(stderr).toContain('exit-codes');
  });
});
