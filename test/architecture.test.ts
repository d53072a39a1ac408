import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** From the top of the house to its ground. A room imports only from rooms below it. */
const rooms = [
  'cli',
  'demo',
  'server',
  'app.ts',
  'container-parts.ts',
  'operations',
  'doctor',
  'tracing',
  'retention',
  'worker',
  'mftf',
  'schedule',
  'notify',
  'report',
  'queue',
  'pool',
  'modules',
  'selenium',
  'locks',
  'engine',
  'store',
  'artifacts',
  'access',
  'config.ts',
  'settings.ts',
  'sign-in-settings.ts',
  'tracing-settings.ts',
  'setting-row.ts',
  'setting-forms.ts',
  'model',
  'http',
  'log.ts',
  'errors.ts',
  'access-faults.ts',
  'causes.ts',
];

/** Types that a room above owns and a room below implements. */
const ownedAbove = new Set(['mftf -> worker/runner.ts']);

const source = resolve(import.meta.dirname, '../src');
const page = resolve(import.meta.dirname, '../web/src');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return files(path);
    return /\.tsx?$/.test(path) && !path.endsWith('.test.ts') ? [path] : [];
  });
}

const roomOf = (path: string) => relative(source, path).split('/')[0] ?? '';

function importsOf(path: string): { target: string; typeOnly: boolean }[] {
  const text = readFileSync(path, 'utf8');
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s+)?[^'";]*?from\s+'(\.[^']+)'|import\('(\.[^']+)'\)/g,
  );
  return [...statements].map(([, type, from, dynamic]) => ({
    target: resolve(dirname(path), from ?? dynamic ?? ''),
    typeOnly: type !== undefined,
  }));
}

describe('the house', () => {
  it('knows every room', () => {
    expect(readdirSync(source).filter((room) => !room.endsWith('.test.ts') && !rooms.includes(room))).toEqual(
      [],
    );
  });

  it('imports only downwards', () => {
    const upwards = files(source).flatMap((path) => {
      const from = rooms.indexOf(roomOf(path));
      return importsOf(path)
        .filter(({ target }) => rooms.indexOf(roomOf(target)) < from)
        .filter(
          ({ target, typeOnly }) =>
            !(typeOnly && ownedAbove.has(`${roomOf(path)} -> ${relative(source, target)}`)),
        )
        .map(({ target }) => `${relative(source, path)} -> ${relative(source, target)}`);
    });
    expect(upwards).toEqual([]);
  });

  it('has small rooms: no file of more than 400 lines', () => {
    const large = [...files(source), ...files(page)].filter(
      (path) => readFileSync(path, 'utf8').split('\n').length > 400,
    );
    expect(large.map((path) => relative(source, path))).toEqual([]);
  });

  it('has a page that takes nothing but types from the server', () => {
    const values = files(page).flatMap((path) =>
      importsOf(path)
        .filter(({ target, typeOnly }) => !typeOnly && !target.startsWith(page))
        .map(({ target }) => `${relative(page, path)} -> ${relative(source, target)}`),
    );
    expect(values).toEqual([]);
  });
});
