import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { openEmbedded } from '../../src/store/database/embedded.ts';
import { embeddedFolder, quiet } from '../support/database.ts';
import { canMount, mountSmallDisk } from '../support/small-disk.ts';

const diskFull = { code: 'DISK_FULL' };

/** An embedded database on a disk of its own. */
async function onSmallDisk() {
  const disk = mountSmallDisk(200 * 1024);
  execFileSync('cp', ['-R', `${await embeddedFolder()}/.`, disk.folder]);
  return disk;
}

it.runIf(canMount)('the embedded database on a full disk refuses to write, reads, and recovers', async () => {
  const disk = await onSmallDisk();
  try {
    const database = await openEmbedded({ folder: disk.folder, log: quiet });
    const write = () =>
      database.query(`INSERT INTO setting (name, value) VALUES (gen_random_uuid()::text, 'x')`);
    await write();
    await disk.fill();
    await expect(write()).rejects.toMatchObject(diskFull);
    await expect(
      database.transaction((transaction) => transaction.script('DELETE FROM setting')),
    ).rejects.toMatchObject(diskFull);
    expect(await database.query('SELECT name FROM setting')).toHaveLength(1);
    await expect(openEmbedded({ folder: disk.folder, log: quiet })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
    });
    disk.free();
    await write();
    await database.close();
    await disk.fill();
    await expect(openEmbedded({ folder: disk.folder, log: quiet })).rejects.toMatchObject(diskFull);
  } finally {
    disk.unmount();
  }
});

it.runIf(canMount)(
  'a full disk while the embedded database extends a table is DISK_FULL, and nothing is lost',
  async () => {
    const disk = await onSmallDisk();
    try {
      const database = await openEmbedded({ folder: disk.folder, log: quiet, reserveBytes: 0 });
      await database.script('CREATE TABLE filler (content text)');
      await disk.fill();
      const fill = () =>
        database.query(
          `INSERT INTO filler SELECT repeat(md5(n::text), 200) FROM generate_series(1, 200) AS n`,
        );
      await expect(fill()).rejects.toMatchObject(diskFull);
      disk.free();
      await fill();
      expect(await database.query('SELECT FROM filler')).toHaveLength(200);
      await database.close();
    } finally {
      disk.unmount();
    }
  },
);

it.runIf(canMount)('an embedded database that cannot extend its log never stops the process', async () => {
  const disk = await onSmallDisk();
  try {
    const database = await openEmbedded({ folder: disk.folder, log: quiet, reserveBytes: 0 });
    await database.query(`INSERT INTO setting (name, value) VALUES ('a', 'before')`);
    await disk.fill();
    const log = () => database.query(`SELECT pg_logical_emit_message(false, 'test', repeat('x', 1000000))`);
    const untilFull = async () => {
      for (let megabytes = 0; megabytes < 40; megabytes++) await log();
    };
    await expect(untilFull()).rejects.toMatchObject(diskFull);
    for (const call of [log, () => database.query('SELECT 1'), () => database.transaction(async () => 1)]) {
      await expect(call()).rejects.toMatchObject({
        ...diskFull,
        message: expect.stringContaining('Start matre again'),
      });
    }
    await database.close();
    disk.free();
    const reopened = await openEmbedded({ folder: disk.folder, log: quiet });
    expect(await reopened.query(`SELECT value FROM setting WHERE name = 'a'`)).toEqual([{ value: 'before' }]);
    await reopened.close();
  } finally {
    disk.unmount();
  }
});
