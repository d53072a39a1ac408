import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { openEmbedded } from '../../src/store/database/embedded.ts';
import { startChild } from '../support/child.ts';
import { embeddedFolder, quiet } from '../support/database.ts';

it('the embedded database opens again after a SIGKILL during a write, with all committed rows', async () => {
  const folder = await embeddedFolder();
  let before = 0;
  for (const rows of [5, 40, 120]) {
    const child = startChild(new URL('./write-process.ts', import.meta.url), [folder]);
    let acknowledged = 0;
    for (let count = 0; count < rows; count++) acknowledged = Number(await child.line());
    await expect(openEmbedded({ folder, log: quiet })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      message: expect.stringContaining(`process ${child.pid}`),
    });
    await child.kill();

    const database = await openEmbedded({ folder, log: quiet });
    const [written] = await database.query<{ count: number; last: number; whole: boolean }>(
      'SELECT count(*) AS count, max(number) AS last, bool_and(pair = number) AS whole FROM written',
    );
    expect(written?.last).toBeGreaterThanOrEqual(acknowledged);
    expect(written?.last).toBeGreaterThan(before);
    expect(written).toMatchObject({ count: written?.last, whole: true });
    before = written?.last ?? 0;
    await database.close();
  }
  await rm(folder, { recursive: true });
});
