// Opens the embedded database of a data folder and commits numbered rows as fast as possible, until it is killed. It
// prints each number when the database has acknowledged it.
import { writeSync } from 'node:fs';
import { createLog } from '../../src/log.ts';
import { openEmbedded } from '../../src/store/database/embedded.ts';

const database = await openEmbedded({ folder: process.argv[2] ?? '', log: createLog({ level: 'silent' }) });
await database.script('CREATE TABLE IF NOT EXISTS written (number int PRIMARY KEY, padding text, pair int)');
const [last] = await database.query<{ number: number | null }>('SELECT max(number) AS number FROM written');
for (let number = (last?.number ?? 0) + 1; ; number++) {
  await database.transaction(async (transaction) => {
    await transaction.query(`INSERT INTO written VALUES ($1, repeat('x', 2000))`, [number]);
    await transaction.query('UPDATE written SET pair = $1 WHERE number = $1', [number]);
  });
  // Synchronously, not through a stream that is lost with the process.
  writeSync(1, `${number}\n`);
}
