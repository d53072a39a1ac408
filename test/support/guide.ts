/** A cause in the operators' guide, and how matre handles it. */
export interface GuideRow {
  /** The symptom in the guide. */
  symptom: string;
  /** The cause that the test produces. */
  cause: string;
  /** The part of matre that detects it. */
  detectedBy: 'start' | 'doctor' | 'preflight' | 'run' | 'queue' | 'worker';
  /** The reported code: of an error, of a check, or of an event of a run. */
  code: string;
  /** The file below test/ and the title of the test that produces it. */
  test: [file: string, title: string];
}

const localLocks = 'Redis is configured but its client is not installed; locks fall back to files';
const notShared = 'no lock store that all containers share (LOCK_DSN unset, flock)';
const staleContainers = 'stale containers after code or configuration changes';
const envFile = 'module env file missing in a long-lived container';
const manualChecks = 'manual checks';
const nameTaken = 'container name still taken';
const leftovers = 'processes of an earlier run are still alive';
const sessions = 'Selenium sessions left over or used up';
const stuck = 'queue or worker stuck';

const processes = 'doctor/processes.test.ts';
const containers = 'doctor/containers.test.ts';
const shops = 'doctor/shops.test.ts';
const selenium = 'doctor/selenium.test.ts';

const row = (
  symptom: string,
  cause: string,
  detectedBy: GuideRow['detectedBy'],
  code: string,
  ...test: [file: string, title: string]
): GuideRow => ({ symptom, cause, detectedBy, code, test });

const refusedAtStart =
  'several processes without a shared lock store are refused at start, with the setting: %s';

/**
 * One entry per cause; docs/troubleshooting.md shows them, and bench/guide.ts measures how long the detection of each
 * takes.
 */
export const guide = {
  flock: row(localLocks, 'LOCK_DSN=flock', 'start', 'LOCK_STORE_NOT_SHARED', processes, refusedAtStart),
  otherRedis: row(
    localLocks,
    'a worker locks in another Redis',
    'doctor',
    'LOCK_STORE_NOT_SHARED',
    processes,
    'a worker on another Redis is named, with the setting',
  ),
  noDsn: row(notShared, 'no LOCK_DSN', 'start', 'LOCK_STORE_NOT_SHARED', processes, refusedAtStart),
  evicted: row(
    notShared,
    'Redis evicts a held lock',
    'doctor',
    'LOCK_STORE_EVICTS',
    processes,
    'a Redis that evicts locks when its memory is full is named, with the setting',
  ),
  staleNamed: row(
    staleContainers,
    'a container of an older configuration',
    'doctor',
    'CONTAINER_STALE',
    shops,
    'a stale container is named, and replaced when no run uses it',
  ),
  staleReplaced: row(
    staleContainers,
    'the same, and a run needs it',
    'run',
    'CONTAINER_REPLACED',
    'pool/conformance.ts',
    'is replaced: %s',
  ),
  moduleReplaced: row(
    envFile,
    'the module is replaced under a running container',
    'run',
    'cannot happen',
    shops,
    'replacing the module folder under a running container changes nothing for its runs',
  ),
  envFileMissing: row(
    envFile,
    'the module itself has no file for the environment',
    'doctor',
    'MODULE_ENV_FILE_MISSING',
    shops,
    'an env file that the module lacks is named, with path and commit',
  ),
  generatedGone: row(
    'first test fails with a missing generated file',
    'a generated file is deleted during a run',
    'run',
    'GENERATED_FILE_RESTORED',
    'runs/faults.test.ts',
    'invariant 9: a deleted generated file is restored, and the run has an event',
  ),
  noTmpfs: row(
    manualChecks,
    'an unhealthy container: its supervisor is missing, or _generated is no tmpfs',
    'doctor',
    'CONTAINER_UNHEALTHY',
    containers,
    'a container without its supervisor is named, and replaced with --fix',
  ),
  twoRuns: row(
    manualChecks,
    'two runs on one environment',
    'queue',
    'environment-busy',
    'server/page-answers-conformance.ts',
    'shows running runs with environment and progress, and why the others wait',
  ),
  nameOfStranger: row(
    nameTaken,
    'a foreign container has the name',
    'doctor',
    'CONTAINER_NAME_TAKEN',
    containers,
    'a foreign container under a name of matre is named, and never touched',
  ),
  nameOfDead: row(
    nameTaken,
    'a dead container has the name, "container with given ID already exists"',
    'run',
    'CONTAINER_REPLACED',
    'pool/container-id.test.ts',
    'container with given ID already exists: the container is replaced, and the run has an event',
  ),
  processesNamed: row(
    leftovers,
    'a process of a finished run',
    'doctor',
    'PROCESSES_LEFT',
    containers,
    'processes of a finished run are named, and ended only with --fix',
  ),
  processesEnded: row(
    leftovers,
    'the same, and a run starts',
    'run',
    'LEFTOVERS_CLEARED',
    'pool/conformance.ts',
    'ends leftover processes of an earlier run',
  ),
  sessionLeft: row(
    sessions,
    'a leftover session of a finished run',
    'worker',
    'SELENIUM_SESSIONS_LEFT',
    selenium,
    'workers and the doctor end the sessions of a finished run, and no foreign ones',
  ),
  gridFull: row(
    sessions,
    'foreign clients use all sessions of the grid, and a run waits',
    'queue',
    'SELENIUM_FULL',
    selenium,
    'as many runs execute as there are sessions; the others show why they wait, and none is broken',
  ),
  workerHangs: row(
    stuck,
    'a worker is stopped',
    'doctor',
    'WORKER_LOST',
    processes,
    'a worker that hangs is named',
  ),
  lockOfOther: row(
    stuck,
    'another owner holds the lock of an environment',
    'doctor',
    'QUEUE_STUCK',
    processes,
    'a run that waits for a lock of another owner is named, with the owner',
  ),
  rowLocked: row(
    stuck,
    'an idle session of PostgreSQL locks an environment',
    'doctor',
    'QUEUE_STUCK',
    processes,
    'a run whose environment is locked by an idle PostgreSQL session is named, with how to end the session',
  ),
  diskFull: row(
    'disk full',
    'no room in the data folder',
    'preflight',
    'DISK_FULL',
    'doctor/stores.test.ts',
    'a full data folder is named, and a run there stops before its first test',
  ),
  shopAway: row(
    'target Magento unreachable',
    'nothing listens there',
    'preflight',
    'MAGENTO_UNREACHABLE',
    shops,
    'a shop that does not answer',
  ),
  wrongCredentials: row(
    'wrong credentials',
    'a wrong user name of the administrator',
    'doctor',
    'CREDENTIALS_WRONG',
    shops,
    'a wrong user or password',
  ),
  twoFactor: row(
    '2FA on',
    'the shop asks for a one-time password',
    'doctor',
    'TWO_FACTOR_ON',
    shops,
    'two-factor authentication without its secret',
  ),
} satisfies Record<string, GuideRow>;

export type GuideId = keyof typeof guide;
