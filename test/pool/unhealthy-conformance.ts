import { beforeEach, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { capture } from '../../src/engine/read-all.ts';
import type { Pool } from '../../src/pool/pool.ts';
import { checkoutsFolder, type PoolSettings } from '../../src/pool/specification.ts';
import { magentoRoot } from '../support/image.ts';

const _generated = `${magentoRoot}/dev/tests/acceptance/tests/functional/Magento/_generated`;

/** Containers that do not work any more. */
export function unhealthyConformance(
  opened: () => { engine: Engine },
  {
    openPool,
    newEnvironment,
    ensure,
  }: {
    openPool(changes?: Partial<PoolSettings>, on?: Engine): Pool;
    newEnvironment(): { id: number; code: string };
    ensure(environment: { id: number; code: string }, pool?: Pool): Promise<{ id: string; events: string[] }>;
  },
): void {
  let { engine } = opened();
  beforeEach(() => {
    ({ engine } = opened());
  });

  test('is replaced once, then the run fails with the reason', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    const pool = openPool();
    const events: string[] = [];
    const path = `${checkoutsFolder}/c1/.env.none`;
    const ensuring = pool.ensure(environment, {
      requiredFiles: [`${checkoutsFolder}/c1/file`, path],
      onEvent: ({ code }) => events.push(code),
    });
    await expect(ensuring).rejects.toMatchObject({
      code: 'CONTAINER_UNHEALTHY',
      message: expect.stringContaining(`${path} is missing or empty`),
    });
    expect(events).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
    expect(await engine.inspect(id)).toBeUndefined();
  });

  test('that is removed while it is checked, twice, is named as vanished', async () => {
    const removing: Engine = {
      ...engine,
      async exec(container, request) {
        await engine.remove(container);
        return engine.exec(container, request);
      },
    };
    await expect(ensure(newEnvironment(), openPool({}, removing))).rejects.toMatchObject({
      code: 'CONTAINER_VANISHED',
      message: expect.stringContaining('cannot be used, also after it was replaced'),
    });
  });

  test('is replaced when its supervisor is broken', async () => {
    const environment = newEnvironment();
    const { id } = await ensure(environment);
    await capture(engine, id, ['rm', '-f', '/opt/matre/supervisor.sh']);
    const secondContainer = await ensure(environment);
    expect(secondContainer.events).toEqual(['CONTAINER_REPLACED', 'CONTAINER_CREATED']);
    expect(secondContainer.id).not.toBe(id);
  });
}
