// Removes what is older than some days from the database of its first argument and the data folder of its second one; prints `ready`
// when it begins, and what it removed.
import { createArtifacts } from '../../src/artifacts/artifacts.ts';
import { createRunFolders } from '../../src/artifacts/run-folders.ts';
import { createLog } from '../../src/log.ts';
import { openPostgres } from '../../src/store/database/postgres.ts';
import { createMessages } from '../../src/store/tables/messages.ts';
import { createRetention } from '../../src/store/tables/retention/retention.ts';
import { readRunIdentity } from '../../src/store/tables/run-identity.ts';
import { removeOld } from '../../src/worker/retention.ts';
import { limitsOf } from './limits.ts';

const [url = '', folder = '', days = ''] = process.argv.slice(2);
const log = createLog({ level: 'error' });
const database = await openPostgres({ url, log });
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const folders = createRunFolders({ folder, readIdentity: (id) => readRunIdentity(database, id), log });
console.log('ready');
const removed = await removeOld(
  {
    artifacts: createArtifacts({ folders, logBytes: 1_000 }),
    database,
    retention: createRetention({ database }),
    messages: createMessages({ database }),
    limits: limitsOf(Number(days)),
  },
  stopping.signal,
);
console.log(JSON.stringify(removed));
await database.close();
