// Compares the next run of the environment of its second argument, in the database of its first, and prints its id.
import { writeSync } from 'node:fs';
import { createLog } from '../../src/log.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createComparisons } from '../../src/store/tables/comparisons.ts';
import { runComparer } from '../../src/store/tables/run-comparer.ts';

const [url = '', environmentId = ''] = process.argv.slice(2);
const database = await openPostgres({ url, log: createLog({ level: 'silent' }), timeoutMs: 600_000 });
const id = await createComparisons({ database }).compareNext(Number(environmentId), runComparer);
writeSync(1, `${id}\n`);
await database.close();
