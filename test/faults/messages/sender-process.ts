/**
 * A process that plans and sends messages, as workers, schedulers and servers do. Arguments: database, the key of the secrets in base64.
 * Its pauses are short, so that a campaign of hundreds of faults takes minutes.
 */

import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { createLog } from '../../../src/log.ts';
import { channelKind } from '../../../src/messages/channels/registry.ts';
import { createFactsSource } from '../../../src/messages/facts/facts-source.ts';
import { backoffMs } from '../../../src/messages/outbox/backoff.ts';
import { startOutbox } from '../../../src/messages/outbox/outbox.ts';
import { createPlanner } from '../../../src/messages/outbox/planner.ts';
import { createRulePlans } from '../../../src/messages/outbox/rule-plans.ts';
import { createTransmission } from '../../../src/messages/outbox/transmission.ts';
import { createAddressLimits } from '../../../src/messages/outgoing/address-limits.ts';
import { createOutgoing } from '../../../src/messages/outgoing/outgoing.ts';
import { openPostgres } from '../../../src/store/database/postgres.ts';
import { createChannels } from '../../../src/store/tables/channels.ts';
import { createEnvironments } from '../../../src/store/tables/environments.ts';
import { createMatrix } from '../../../src/store/tables/matrix.ts';
import { createMessageFactsTable } from '../../../src/store/tables/message-facts.ts';
import { createMessagePlans } from '../../../src/store/tables/message-plans.ts';
import { createMessageRules } from '../../../src/store/tables/message-rules.ts';
import { createMessageTemplates } from '../../../src/store/tables/message-templates.ts';
import { readUnplanned } from '../../../src/store/tables/notices.ts';
import { createOutbox } from '../../../src/store/tables/outbox.ts';
import { readClock } from '../../../src/store/tables/schedules.ts';
import { createSubmissions } from '../../../src/store/tables/submissions.ts';
import { createTrends } from '../../../src/store/tables/trends.ts';
import { waitFor } from '../../support/wait-for.ts';

const [url = '', key = ''] = process.argv.slice(2);
const log = createLog({ level: process.env['SENDER_LOG'] ?? 'silent' });
const secrets = createSecretBox(Buffer.from(key, 'base64'));
const database = await waitFor(() => openPostgres({ url, log, timeoutMs: 1_500 }));
const channels = createChannels({ database, secrets });
const rules = createMessageRules({ database });
const templates = createMessageTemplates({ database });
const outbox = createOutbox({ database });
const plans = createMessagePlans({ database });
const outgoing = createOutgoing({
  limits: createAddressLimits(['127.0.0.0/8']),
  proxy: { https: undefined, http: undefined, exceptions: '' },
});
const facts = createFactsSource({
  submissions: createSubmissions({ database }),
  matrix: createMatrix({ database }),
  messageFacts: createMessageFactsTable({ database }),
  trends: createTrends({ database }),
  environments: createEnvironments({ database, secrets }),
  alerts: { find: async () => undefined },
  commitRange: async () => undefined,
  branch: undefined,
  moduleRepository: undefined,
  // Receivers find the number of the submission in its address.
  publicUrl: 'https://matre.example.com',
});
const service = startOutbox({
  database,
  outbox,
  planner: createPlanner({
    unplanned: (limit) => readUnplanned(database, limit),
    plans,
    ...createRulePlans({
      listChannels: channels.list,
      listRules: () => rules.list({ subscriptions: true }),
      channelKind,
      readFacts: facts.read,
      plans,
      clock: () => readClock(database),
    }),
    log,
  }),
  insertDueNotices: async () => undefined,
  ...createTransmission({
    outbox,
    channels,
    channelKind,
    readFacts: facts.read,
    findTemplate: async (kind, outcome) => (await templates.find(kind, outcome))?.source,
    outgoing: {
      http: outgoing.http,
      connect: outgoing.connect,
      readPicture: async () => undefined,
      placesOf: async () => [],
    },
    log,
  }),
  log,
  settings: {
    ...{ leaseMs: 6_000, attemptMs: 2_000, graceMs: 2_500 },
    backoffMs: (failure, random) =>
      Math.max(failure.retryAfterMs ?? 0, backoffMs({ ...failure, permanent: false }, random) / 20),
  },
});
process.once('SIGTERM', async () => {
  await service.stop();
  await database.close();
  process.exit(0);
});
console.log('started');
