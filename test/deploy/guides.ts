import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { waitFor } from '../support/wait-for.ts';
import type { Installation } from './installation.ts';

const guide = resolve(import.meta.dirname, '../../docs/deployment.md');

/** The commands of docs/deployment.md for backup, restore, upgrade and roll-back, as they stand there. */
export function guides(installed: () => Installation): void {
  const listEnvironments = async () => {
    const { environments } = await installed().matre<{ environments: { code: string }[] }>('env', 'list');
    return environments.map(({ code }) => code);
  };
  const settled = (codes: string[]) =>
    waitFor(async () => (await listEnvironments().catch(() => [])).join() === codes.join());
  const add = (code: string) =>
    installed().matre('env', 'add', code, '--base-url', 'http://shop:8080/', '--admin-username', 'admin');
  /** Runs a block of the guide with the data folder of this installation, as of today. */
  const follow = async (block: string | undefined) => {
    const { data, shell } = installed();
    const today = new Date().toISOString().slice(0, 10);
    return shell(
      (block ?? 'false')
        .replaceAll('/var/lib/matre', data)
        .replaceAll('matre-2026-03-01', `matre-${today}`)
        // There is no terminal here.
        .replaceAll(' exec server ', ' exec -T server ')
        .replaceAll(' run --rm server ', ' run --rm -T server ')
        .replaceAll(/ up -d$/gm, ' up -d postgres magento-redis server scheduler test-worker'),
    );
  };

  it('make a backup of a running installation, and restore it', async () => {
    const [backup, restore, ...others] = await blocksOf('Backup');
    expect(others).toEqual([]);
    const before = await listEnvironments();
    await follow(backup);
    await add('after-backup');
    await follow(restore);
    await settled(before);
  });

  it('upgrade to another version, and roll back to the one before', async () => {
    const { docker, image, compose } = installed();
    await docker('tag', image, 'matre:1.2');
    const [upgrade, rollBack, ...others] = await blocksOf('Upgrade and roll-back');
    expect(others).toEqual([]);
    const before = await listEnvironments();
    await follow(upgrade);
    await settled(before);
    const imageOf = async () => {
      const id = (await compose('ps', '-q', 'server')).trim();
      return (await docker('inspect', '--format', '{{.Config.Image}}', id)).trim();
    };
    expect(await imageOf()).toBe('matre:1.3');
    await add('after-upgrade');
    await follow(rollBack);
    await settled(before);
    expect(await imageOf()).toBe('matre:1.2');
  });
}

/** The blocks of shell commands in a section of the guide. */
async function blocksOf(section: string): Promise<(string | undefined)[]> {
  const text = await readFile(guide, 'utf8');
  const [, after = ''] = text.split(`\n## ${section}\n`);
  const [content = ''] = after.split('\n## ');
  return [...content.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block);
}
