import { createKeyedLimiter } from '../async/limit.ts';
import type { Config } from '../config/config.ts';
import { Fault } from '../faults/fault.ts';
import type { Logger } from '../log.ts';
import { createFactsSource } from '../messages/facts/facts-source.ts';
import type { Context } from '../operations/core/context.ts';
import { createStatusCache } from '../operations/core/status-cache.ts';
import type { Queue } from '../queue/queue.ts';
import { createFirer } from '../schedule/fire.ts';
import { createMessageFactsTable } from '../store/tables/message-facts.ts';
import type { ContainerParts } from './containers/containers.ts';
import { secretRuleOf } from './containers/env-values.ts';
import type { RunFiles } from './run-files.ts';
import type { AppDatabase, Stores } from './stores.ts';

/** Of each user: an open page asks for a few things at a time, and two threads read tests for all. */
const longTurns = { concurrency: 4, maxWaiting: 100 };

/** The context of operations, put together from the other parts. */
export function createContext(parts: {
  config: Config;
  log: Logger;
  database: AppDatabase;
  stores: Stores;
  locks: Pick<Context, 'locks' | 'lockCounts'>;
  files: RunFiles;
  queue: Queue;
  containers: ContainerParts;
  outgoing: Context['outgoing'];
  allureReports: Context['allureReports'];
}): Context {
  const { config, log, database, stores, files, queue, containers, outgoing } = parts;
  const { locks, lockCounts } = parts.locks;
  const { pool, catalog, resolveSelection } = containers;
  const git = config.module.source?.kind === 'git' ? config.module.source : undefined;
  return {
    config,
    log,
    longTurns: createKeyedLimiter({
      ...longTurns,
      whenFull: () => new Fault('USER_BUSY', `${longTurns.maxWaiting} requests of this user are waiting.`),
    }),
    database,
    ...stores,
    statusCache: createStatusCache({ pool, catalog, locks, log }),
    firer: createFirer({ database, clock: stores.clock, resolveSelection }),
    queue,
    locks,
    lockCounts,
    resultSpool: files.spool,
    artifacts: files.artifacts,
    allureReports: parts.allureReports,
    outgoing,
    pool,
    resolveSelection,
    catalog,
    testSteps: containers.testSteps,
    lint: containers.lint,
    lintTree: containers.lintTree,
    impact: containers.impact,
    commitRange: containers.commitRange,
    facts: createFactsSource({
      ...stores,
      messageFacts: createMessageFactsTable({ database }),
      commitRange: containers.commitRange,
      branch: git?.branch,
      moduleRepository: git?.repository,
      publicUrl: config.server.publicUrl,
    }),
    previewOn: containers.previewOn,
    sourcesAt: containers.sourcesAt,
    inspectContainers: containers.inspectContainers,
    secretRule: secretRuleOf(config),
    effectiveValues: containers.effectiveValues,
    compareValues: containers.compareValues,
    variableUsers: containers.variableUsers,
    testsReading: containers.testsReading,
    tryHook: containers.tryHook,
    sessionsOf: containers.sessionsOf,
    containersContext: containers.containersContext,
  };
}
