import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from './child.ts';
import { withClient } from './postgres.ts';

/** What a process reported that started on a new database. */
export interface Start {
  installation?: string;
  key?: string;
  error?: string;
}

/** Processes that start at the same time on a new database and a new data folder, as often as `round` is called. */
export interface Starters {
  round(): Promise<Start[]>;
  stop(): Promise<void>;
}

/** Starts `count` processes. `serverUrl`: a PostgreSQL whose user may create databases. */
export async function startStarters(serverUrl: string, count: number): Promise<Starters> {
  const children: Child[] = Array.from({ length: count }, () =>
    startChild(new URL('../store/start-process.ts', import.meta.url), []),
  );
  for (const child of children) await child.line();
  return {
    async round() {
      const name = `matre_start_${randomUUID().replaceAll('-', '')}`;
      const folder = join(mkdtempSync(join(tmpdir(), 'matre-start-')), 'data');
      await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name}`));
      const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
      try {
        for (const child of children) child.writeLine(`${url} ${folder}`);
        const opened = await Promise.all(children.map((child) => child.line()));
        // The lock of the key has put them in a queue; from here they are together again.
        for (const [index, child] of children.entries())
          if (opened[index] === 'open') child.writeLine('read');
        return await Promise.all(
          children.map(async (child, index) => {
            const line = opened[index] === 'open' ? await child.line() : opened[index];
            return JSON.parse(line ?? '{}') as Start;
          }),
        );
      } finally {
        await withClient(serverUrl, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
        rmSync(join(folder, '..'), { recursive: true, force: true });
      }
    },
    async stop() {
      await Promise.all(children.map((child) => child.kill()));
    },
  };
}
