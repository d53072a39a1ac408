import type { Service } from '../../src/async/interval.ts';
import type { SecretBox } from '../../src/crypto/secret-box.ts';
import { createAddressLimits } from '../../src/http/address-limits.ts';
import type { Logger } from '../../src/log.ts';
import { channelKind } from '../../src/messages/channels/registry.ts';
import { createFactsSource } from '../../src/messages/facts/facts-source.ts';
import { startOutbox } from '../../src/messages/outbox/outbox.ts';
import { createPlanner } from '../../src/messages/outbox/planner.ts';
import { createRulePlans } from '../../src/messages/outbox/rule-plans.ts';
import type { SenderSettings } from '../../src/messages/outbox/sender.ts';
import { createTransmission } from '../../src/messages/outbox/transmission.ts';
import { createOutgoing } from '../../src/messages/outgoing/outgoing.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createChannels } from '../../src/store/tables/channels.ts';
import { createEnvironments } from '../../src/store/tables/environments.ts';
import { createMatrix } from '../../src/store/tables/matrix.ts';
import { createMessageFactsTable } from '../../src/store/tables/message-facts.ts';
import { createMessagePlans } from '../../src/store/tables/message-plans.ts';
import { createMessageRules } from '../../src/store/tables/message-rules.ts';
import { createMessageTemplates } from '../../src/store/tables/message-templates.ts';
import { readUnplanned } from '../../src/store/tables/notices.ts';
import { createOutbox } from '../../src/store/tables/outbox.ts';
import { createReservations } from '../../src/store/tables/reservations.ts';
import { readClock } from '../../src/store/tables/schedules.ts';
import { createSubmissions } from '../../src/store/tables/submissions.ts';
import { createTrends } from '../../src/store/tables/trends.ts';

/** Plans and sends messages as workers, schedulers and servers do, also to this host. */
export function startTestOutbox({
  database,
  secrets,
  log,
  settings = {},
}: {
  database: Database;
  secrets: SecretBox;
  log: Logger;
  settings?: Partial<SenderSettings>;
}): Service {
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
    reservations: createReservations({ database }),
    commitRange: async () => undefined,
    branch: undefined,
    moduleRepository: undefined,
    // Receivers find the number of the submission in its address.
    publicUrl: 'https://matre.example.com',
  });
  return startOutbox({
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
      },
      log,
    }),
    log,
    settings,
  });
}
