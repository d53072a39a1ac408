/**
 * Every fault that matre reports has a code here. A fault has a sentence that states what happened (`message`), what it
 * means for the run (`meaning`), and what to do (`remedy`).
 */
import { accessFaults } from './codes/access.ts';
import { backupFaults } from './codes/backup.ts';
import { channelFaults } from './codes/channels.ts';
import { clientFaults } from './codes/client.ts';
import { deliveryFaults } from './codes/deliveries.ts';
import { diagnosisFaults } from './codes/diagnosis.ts';
import { fileFaults } from './codes/files.ts';
import { hookFaults } from './codes/hooks.ts';
import { imageFaults } from './codes/images.ts';
import { importFaults } from './codes/imports.ts';
import { lockFaults } from './codes/locks.ts';
import { messageFaults } from './codes/messages.ts';
import { playwrightFaults } from './codes/playwright.ts';
import { readingFaults } from './codes/reading.ts';
import { reportFaults } from './codes/reports.ts';
import { reservationFaults } from './codes/reservations.ts';
import { ruleFaults } from './codes/rules.ts';
import { runFaults } from './codes/runs.ts';
import { savedSelectionFaults } from './codes/saved-selections.ts';
import { scheduleFaults } from './codes/schedules.ts';
import { submissionFaults } from './codes/submissions.ts';
import { triageFaults } from './codes/triage.ts';
import { type FaultEntry, type FaultKind, infrastructure, transient, usage } from './fault-entry.ts';

/** The registry: one entry for each code, in the order in which a run meets them. */
export const faults = {
  // Configuration and start
  CONFIG_INVALID: usage(
    400,
    'matre does not start.',
    'Correct the named setting; `matre help settings` explains all settings.',
  ),
  DATA_FOLDER_IN_USE: usage(
    409,
    'The embedded database allows one process; a second one would corrupt it.',
    'Use the running server (commands do so automatically), stop it, or set DATABASE_URL to a PostgreSQL.',
  ),
  DATA_FOLDER_OPEN: usage(
    400,
    'Other users of this machine could read passwords and the database. matre does not start.',
    'Give matre a folder of its own (MATRE_DATA), owned by the user of matre: chown matre FOLDER; chmod 700 FOLDER.',
  ),
  DATABASE_UNREACHABLE: transient(
    503,
    'No run can be accepted, started or recorded.',
    'Check that PostgreSQL is up and that DATABASE_URL is right.',
  ),
  SCHEMA_NEWER: usage(
    409,
    'The database was written by a newer matre; this one would damage it.',
    'Reinstall the newer matre, or restore a backup from before the upgrade.',
  ),
  SCHEMA_DIFFERENT: usage(
    409,
    'The database was written by a different build of matre; this one would damage it.',
    'Install the build that wrote it, or start with a new database.',
  ),
  SECRET_KEY_WRONG: usage(
    409,
    'Stored credentials cannot be read; nothing was changed.',
    'Restore the original key (MATRE_SECRET_KEY, or secret.key in the data folder).',
  ),
  SECRET_KEY_MISSING: usage(
    409,
    'Stored credentials cannot be read without the key they were written with; nothing was changed.',
    'Restore secret.key in the data folder, or set MATRE_SECRET_KEY to the original key.',
  ),
  ...lockFaults,

  // Input
  INPUT_INVALID: usage(400, 'Nothing was changed.', 'Correct the named input.'),
  ENVIRONMENT_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre env list` to see the environments.'),
  ENVIRONMENT_EXISTS: usage(
    409,
    'Nothing was changed.',
    'Choose another code, or edit the existing environment.',
  ),
  ENVIRONMENT_BUSY: usage(409, 'Nothing was changed.', 'Wait for its runs to end, or cancel them.'),
  ENV_FILE_INVALID: usage(400, 'Nothing was imported.', 'Correct the named line.'),
  IDEMPOTENCY_KEY_REUSED: usage(
    422,
    'Nothing was changed.',
    'Use a different key for each request; only a repeat of the same request may have the same key.',
  ),
  ...runFaults,
  ...reservationFaults,
  ...savedSelectionFaults,
  ...scheduleFaults,
  ...submissionFaults,
  ...triageFaults,
  ...fileFaults,
  ...channelFaults,
  ...ruleFaults,
  ...messageFaults,
  SELECTION_EMPTY: usage(
    400,
    'Nothing would be executed.',
    'Select tests by name, --group, --suite or --all.',
  ),
  SELECTION_UNKNOWN: usage(
    404,
    'Nothing was executed.',
    'Correct the name: the message suggests similar names, and `matre tests` lists all.',
  ),
  PATH_OUTSIDE: usage(400, 'Nothing was read or written.', 'Use a path inside the named folder.'),
  NOT_FOUND: usage(404, 'Nothing was changed.', 'Check the name or the address.'),

  ...clientFaults,
  ...accessFaults,
  ...backupFaults,
  ...importFaults,
  ...reportFaults,

  // During a run
  STALE_FENCE: infrastructure(
    409,
    'Another worker has the run now; this one stopped and wrote nothing more.',
    'Nothing to do. If it happens often, check for paused or overloaded workers.',
  ),
  WORKER_STOPPED: infrastructure(
    503,
    'The test under way was stopped; the run was requeued with the results it has.',
    'Nothing to do: another worker, or this one after a restart, continues the run.',
  ),
  WORKER_LOST: transient(
    503,
    'The worker stopped responding during the run.',
    'Check the log of the worker on its host; the run was requeued.',
  ),
  MODULE_CHECKOUT_FAILED: transient(
    502,
    'The tests could not be fetched, so nothing was executed.',
    'Check the repository of the test module, its branch and its credentials: those of the environment (`matre env show`), else MATRE_MODULE_REPOSITORY and MATRE_MODULE_BRANCH.',
  ),
  MODULE_ENV_FILE_MISSING: infrastructure(
    409,
    'The test module has no env file for this environment, so nothing was executed.',
    'Add Cron/data/.env.<code> to the test module and push it.',
  ),
  MODULE_INVALID: infrastructure(
    409,
    'The tests of the module cannot be read, so nothing was executed.',
    'Correct the named file and push it.',
  ),
  ...readingFaults,
  ...imageFaults,
  ...playwrightFaults,
  ENGINE_UNREACHABLE: transient(
    503,
    'No container can be created or used.',
    'Install and start the Docker Engine; or set MATRE_ENGINE=sandbox to use bubblewrap, with a folder as MATRE_IMAGE.',
  ),
  ENGINE_FAILED: transient(502, 'The container engine refused a request.', 'Read the message of the engine.'),
  CONTAINER_NAME_TAKEN: infrastructure(
    409,
    'A container that matre did not create has the name, and it was not touched.',
    'Remove or rename that container.',
  ),
  CONTAINER_STALE: infrastructure(
    502,
    'The container does not match its specification, even after it was replaced.',
    'Read the reason; run `matre pool replace`.',
  ),
  CONTAINER_UNHEALTHY: infrastructure(
    502,
    'The container failed its health check, even after it was replaced.',
    'Read the reason; `docker logs` of the container may show more.',
  ),
  CONTAINER_VANISHED: transient(
    502,
    'The container was removed or stopped while a test ran in it; the result of that test is unknown.',
    'Find out what removed it. The next run creates a new one.',
  ),
  OUT_OF_MEMORY: infrastructure(
    507,
    'The kernel ended a process of the container because its memory limit was reached.',
    'Raise MATRE_MEMORY, or find the test that needs so much.',
  ),
  DISK_FULL: transient(
    507,
    'A file could not be written completely.',
    'Free space in the data folder, or raise MATRE_TMPFS_SIZE if the message names a path in the container.',
  ),
  FILES_TOO_LARGE: infrastructure(
    507,
    'Files of the container were not stored, because they are larger than allowed.',
    'Find out which test writes so much.',
  ),
  GENERATION_FAILED: infrastructure(
    502,
    'MFTF could not generate the selected tests, so they were not executed.',
    'Read the message of MFTF in the log of the run.',
  ),
  GENERATED_FILE_MISSING: transient(
    502,
    'A generated test was missing when it should start, and restoring it did not help.',
    'Find out what clears _generated in the container.',
  ),
  // Only results of earlier versions have this code; now such tests failed, unless the infrastructure is the cause.
  SUITE_BEFORE_FAILED: infrastructure(
    502,
    'The steps before the suite failed, so its tests were not executed as they should.',
    'Read the message; the same steps fail for every test of the suite. The log of the suite has what they printed.',
  ),
  CREDENTIAL_MISSING: infrastructure(
    502,
    'The test reads a credential that is not set, so its result says nothing about the shop.',
    'Set it: `matre env set ENVIRONMENT NAME --secret` sets magento/NAME (OTP_SHARED_SECRET sets magento/tfa/OTP_SHARED_SECRET). The password of the administrator: `matre env edit ENVIRONMENT --ask-admin-password`.',
  ),
  RESULT_MISSING: transient(
    502,
    'The test process ended without a result, so the outcome of the test is unknown.',
    'Read the log of the test.',
  ),
  RESULT_UNREADABLE: infrastructure(
    502,
    'The result file of the test is damaged, so the outcome of the test is unknown.',
    'Read the log of the test; check for a full disk.',
  ),
  RESULT_CONTRADICTORY: infrastructure(
    502,
    'The result of the test contradicts the exit code of its process, so the outcome of the test is unknown.',
    'Read the log of the test.',
  ),
  TEST_TIMEOUT: infrastructure(
    504,
    'The test was stopped because it took longer than allowed.',
    'Raise MATRE_TEST_TIMEOUT, or find out why the test hangs.',
  ),
  SELENIUM_UNREACHABLE: transient(
    503,
    'No browser can be started, so the tests say nothing about the shop.',
    'Check SELENIUM_HOST, SELENIUM_PORT and SELENIUM_PATH, and that Selenium is up.',
  ),
  SELENIUM_FULL: transient(
    503,
    'No browser session is free.',
    'Add Selenium nodes, or end leftover sessions.',
  ),
  MAGENTO_UNREACHABLE: transient(
    503,
    'The shop does not answer, so the tests would say nothing about it.',
    'Check the base URL of the environment, and that the shop is up.',
  ),
  CREDENTIALS_WRONG: infrastructure(
    503,
    'The shop refused the sign-in of its administrator, so tests that use the admin panel or create data say nothing about it.',
    'Set the right password: matre env edit CODE --ask-admin-password.',
  ),
  TWO_FACTOR_ON: infrastructure(
    503,
    'The administrator gets no token without a one-time password, so tests cannot create data.',
    'Set OTP_SHARED_SECRET for the environment, or disable Magento_TwoFactorAuth in the shop.',
  ),
  MAGENTO_COMMAND_MISSING: infrastructure(
    503,
    "The shop does not serve MFTF's command.php, so tests that run Magento commands say nothing about it.",
    'Serve dev/tests/acceptance/utils/command.php at the base URL of the shop (docs/shop.md).',
  ),
  ...hookFaults,
  ...deliveryFaults,
  ...diagnosisFaults,
  INTERNAL: infrastructure(500, 'A bug in matre.', 'Report it with the log.'),
} as const satisfies Record<string, FaultEntry>;

/** A code of the registry. */
export type FaultCode = keyof typeof faults;

/**
 * Whether the cause of a fault may disappear without a change: a service that restarts, a container that was removed. A run that it
 * broke is retried, with the tests that it left without a trustworthy result.
 */
export function isTransient(code: FaultCode): boolean {
  return faults[code].transient;
}

/** The codes of all transient faults. */
export const transientCodes = (Object.keys(faults) as FaultCode[]).filter(isTransient);

/** An error with a code of the registry. `message` states what happened, with the relevant names and values. */
export class Fault extends Error {
  /**
   * A fault is one by its name and code: a process may have a second copy of this class, of the bundle of the command line
   * (scripts/bundle-cli.mjs).
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (!(value instanceof Error) || value.name !== 'Fault') return false;
    return Object.hasOwn(faults, (value as { code?: PropertyKey }).code ?? '');
  }

  readonly code: FaultCode;

  constructor(code: FaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'Fault';
    this.code = code;
  }

  get kind(): FaultKind {
    return faults[this.code].kind;
  }

  get status(): number {
    return faults[this.code].status;
  }

  get meaning(): string {
    return faults[this.code].meaning;
  }

  get remedy(): string {
    return faults[this.code].remedy;
  }
}

/** An unknown error as a fault: DISK_FULL for a full disk, itself if it is a fault, else `fallback`. */
export function toFault(error: unknown, fallback: FaultCode = 'INTERNAL'): Fault {
  const named = asDiskFull(error);
  if (named instanceof Fault) return named;
  const message = error instanceof Error ? error.message : String(error);
  return new Fault(fallback, message, { cause: error });
}

/** Codes of a full disk or an exhausted quota: of the file system, and of PostgreSQL (53100). */
const diskFullCodes = ['ENOSPC', 'EDQUOT', '53100'];

/** DISK_FULL for the errors of a full file system, also from a database; any other error unchanged. */
export function asDiskFull(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // PostgreSQL has no code for an exhausted quota; its message is in the language of the server, except for the kernel's part.
  const isFull =
    diskFullCodes.includes(code ?? '') || /no space left on device|disk quota exceeded/i.test(message);
  return isFull ? new Fault('DISK_FULL', message, { cause: error }) : error;
}

/**
 * Whether an error of a call to the database may disappear without a change, so that the call is worth repeating: the database is
 * unreachable, or its disk is full.
 */
export function isDatabaseOutage(error: unknown): error is Fault {
  return isFault(error, 'DATABASE_UNREACHABLE', 'DISK_FULL');
}

/** True when `error` is a fault with one of the codes. */
export function isFault(error: unknown, ...codes: FaultCode[]): error is Fault {
  return error instanceof Fault && (codes.length === 0 || codes.includes(error.code));
}
