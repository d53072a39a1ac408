/** Codes that only a check of `matre doctor` reports; no run ends with them. They are part of the registry in `fault.ts`. */
import { infrastructure } from '../fault-entry.ts';

const diagnosis = (meaning: string, remedy: string) => infrastructure(503, meaning, remedy);

export const diagnosisFaults = {
  WORKERS_MISSING: diagnosis(
    'Queued runs wait until a worker is started.',
    'Start `matre worker`, or `matre up`.',
  ),
  QUEUE_STUCK: diagnosis(
    'Runs wait although nothing prevents them from starting.',
    'Read the log of the workers; restart them if it shows nothing. No run is lost by that.',
  ),
  LOCK_STORE_EVICTS: diagnosis(
    'A lock may vanish while it is held. Two runs never execute on one environment, because the database prevents that; but an action with a lock and without a run, such as `matre pool replace`, is stopped half-way.',
    'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf; store only locks in that Redis.',
  ),
  LOCK_STORE_FORGETS: diagnosis(
    'After a restart Redis has no locks. Runs under way continue and acquire their locks again, because the database shows their owners; an action with a lock and without a run, such as `matre pool replace`, is stopped half-way.',
    'redis-cli CONFIG SET appendonly yes, and the same in redis.conf.',
  ),
  STORES_OPEN: diagnosis(
    'A hostile test can change locks, runs and environments. Tests of a team that trusts itself are not affected.',
    'Require a password or a sign-in, or use Docker with networks apart (docs/security.md).',
  ),
  FILES_APART: diagnosis(
    'Logs and screenshots of its runs stay on the host that wrote them and cannot be read from here. Verdicts and results are not affected.',
    'Set MATRE_ARTIFACTS=database for every process, or mount one folder as MATRE_DATA on all hosts (docs/hosts.md).',
  ),
  MODULES_UNKNOWN: diagnosis(
    'Runs use the modules that the shop listed last, or read the tests of all modules when it never did: then tests may expect what disabled modules do, such as two-factor authentication.',
    'Let the administrator of the tests sign in to the REST API (docs/shop.md). Or accept the tests of all modules: `matre env edit CODE --all-modules`.',
  ),
  CESTS_DIFFER: diagnosis(
    'MFTF generates the tests of this image, which takes longer. No outcome depends on it.',
    'Report the difference. After an update of matre, or to try again: `matre cests reset`. `MATRE_GENERATION=mftf` makes MFTF generate all tests.',
  ),
  WAITS_RAN_OUT: diagnosis(
    'Each of these waits costs twice its time limit, and the test continues: MFTF waits for jQuery to be idle, and on these pages it never is.',
    'On a page without jQuery (a Hyvä or headless storefront, an error page, static files that were not deployed) set WAIT_TIMEOUT low for the environment; where a request never ends (chat, analytics, polling) switch it off on the shop under test (docs/shop.md).',
  ),
  CHANNEL_REFUSED: diagnosis(
    'Messages of this channel do not arrive, and are given up after a day.',
    'Correct what its receiver says: `matre channel edit NAME`, then `matre channel test NAME`.',
  ),
  CHANNEL_WITHOUT_LINKS: diagnosis(
    'Messages say what happened, and lead nowhere.',
    'Set MATRE_PUBLIC_URL to the address of the server for browsers.',
  ),
  SCHEDULE_OVERDUE: diagnosis(
    'Scheduled runs were not submitted.',
    'Start `matre scheduler`, or `matre up`. Missed times are caught up or skipped by the rule of each schedule.',
  ),
  SCHEDULE_DAYS_DIFFER: diagnosis(
    'It fires on days that match either its day of the month or its day of the week, as before; cron requires both, because one of them begins with *.',
    'Confirm the rule of cron: matre schedule edit NAME --day-rule vixie. Or change the expression.',
  ),
  PROCESSES_LEFT: diagnosis(
    'Processes of a finished run still act on the shop.',
    'Nothing to do: the next run ends them before it starts. `matre doctor --fix` ends them now.',
  ),
  CONTAINER_ORPHANED: diagnosis(
    'It uses memory and does no harm.',
    'Nothing to do: the next run that ends removes it. `matre pool prune` removes it now.',
  ),
  CONTAINER_DEAD: diagnosis(
    'The container engine cannot remove it. It uses disk space and does no harm: it got another name, and a new container has taken its place.',
    'Restart the Docker Engine, or the host when that does not help: a file system of the container is still mounted or cannot be written. Then `matre doctor --fix` removes it.',
  ),
  SELENIUM_SESSIONS_LEFT: diagnosis(
    'Browsers of finished runs use sessions that other runs wait for.',
    'Nothing to do: workers end them within seconds. `matre doctor --fix` ends them now.',
  ),
};
