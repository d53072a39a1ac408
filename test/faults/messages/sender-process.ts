/**
 * A process that plans and sends messages, as workers, schedulers and servers do. Arguments: database, the key of the secrets in base64.
 * Its pauses are short, so that a campaign of hundreds of faults takes minutes.
 */

import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { createLog } from '../../../src/log.ts';
import { backoffMs, channelPauseMs } from '../../../src/messages/outbox/backoff.ts';
import { openPostgres } from '../../../src/store/database/postgres.ts';
import { startTestOutbox } from '../../support/outbox.ts';
import { waitFor } from '../../support/wait-for.ts';

const [url = '', key = ''] = process.argv.slice(2);
const log = createLog({ level: process.env['SENDER_LOG'] ?? 'silent' });
const secrets = createSecretBox(Buffer.from(key, 'base64'));
const database = await waitFor(() => openPostgres({ url, log, timeoutMs: 1_500 }));
const service = startTestOutbox({
  ...{ database, secrets, log },
  settings: {
    // On a busy machine a stand-in needs seconds to answer; an attempt that is aborted after its message was accepted is sent again.
    ...{ leaseMs: 16_000, attemptMs: 6_000, graceMs: 2_500 },
    backoffMs: (failure, random) =>
      Math.max(failure.retryAfterMs ?? 0, backoffMs({ ...failure, permanent: false }, random) / 20),
    channelPauseMs: (failures, random) => channelPauseMs(failures, random) / 20,
  },
});
process.once('SIGTERM', async () => {
  await service.stop();
  await database.close();
  process.exit(0);
});
console.log('started');
