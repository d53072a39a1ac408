import { expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { fencedEngine } from './fenced-engine.ts';

it('changes nothing once the run is not held, and may still inspect', async () => {
  const actions: string[] = [];
  const operation = (name: string) => async () => void actions.push(name);
  const actionNames = ['create', 'start', 'remove', 'exec', 'inspect', 'list'] as const;
  const engine = Object.fromEntries(actionNames.map((name) => [name, operation(name)])) as unknown as Engine;
  let isHeld = true;
  const guarded = fencedEngine(engine, () => {
    if (!isHeld) throw new Error('not held');
  });
  await guarded.exec('c', { argv: ['true'] });
  isHeld = false;
  await expect(guarded.exec('c', { argv: ['true'] })).rejects.toThrow('not held');
  await expect(guarded.start('c')).rejects.toThrow('not held');
  await expect(guarded.remove('c')).rejects.toThrow('not held');
  await guarded.inspect('c');
  expect(actions).toEqual(['exec', 'inspect']);
});
