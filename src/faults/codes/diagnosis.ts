/** Codes that only a check of `matre doctor` tells; no run ends with them. They are part of the registry in `errors.ts`. */

const cause = (meaning: string, remedy: string) =>
  ({ kind: 'infrastructure', status: 503, transient: false, meaning, remedy }) as const;

export const causes = {
  WORKERS_MISSING: cause(
    'What is queued waits until a worker is started.',
    'Start `matre worker`, or `matre up`.',
  ),
  QUEUE_STUCK: cause(
    'Runs wait although nothing keeps them from starting.',
    'Look at the log of the workers; restart them if they say nothing. No run is lost by that.',
  ),
  LOCK_STORE_EVICTS: cause(
    'A lock may vanish while it is held. No two runs meet, because the database decides; but what has a lock and no run, such as `matre pool replace`, is stopped half-way.',
    'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; keep nothing but locks in that Redis.',
  ),
  LOCK_STORE_FORGETS: cause(
    'After a restart Redis knows no lock. Runs under way go on and take theirs again, because the database shows whose they are; what has a lock and no run, such as `matre pool replace`, is stopped half-way.',
    'redis-cli CONFIG SET appendonly yes, and the same in redis.conf.',
  ),
  FILES_APART: cause(
    'Logs and screenshots of its runs stay where they were written and cannot be read from here. Verdicts and results are not touched.',
    'Set MATRE_ARTIFACTS=database for every process, or mount one folder as MATRE_DATA on all hosts (docs/hosts.md).',
  ),
  SCHEDULE_OVERDUE: cause(
    'What should have been submitted by the clock is not.',
    'Start `matre scheduler`, or `matre up`. What was missed is caught up or skipped as each schedule says.',
  ),
  PROCESSES_LEFT: cause(
    'Processes of a run that is over still act on the shop.',
    'Nothing: the next run ends them before it begins. `matre doctor --fix` does it now.',
  ),
  CONTAINER_ORPHANED: cause(
    'It costs memory and does no harm.',
    'Nothing: the next run that ends removes it. `matre pool prune` does it now.',
  ),
  SELENIUM_SESSIONS_LEFT: cause(
    'Browsers of runs that are over take places that other runs wait for.',
    'Nothing: workers end them within seconds. `matre doctor --fix` does it now.',
  ),
  CREDENTIALS_WRONG: cause(
    'Tests that sign in to the admin panel, or make data, will be broken.',
    'Set the right password: matre env edit CODE --ask-admin-password.',
  ),
  TWO_FACTOR_ON: cause(
    'The administrator gets no token without a one-time password, so data cannot be made.',
    'Set OTP_SHARED_SECRET for the environment, or disable Magento_TwoFactorAuth in the shop.',
  ),
};
