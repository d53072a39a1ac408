import { z } from 'zod';
import { parseRepositoryAddress } from '../../model/address/repository.ts';
import { maxRetryFailed } from '../../model/limits.ts';
import { branchName, moduleTarget } from '../module-parsers.ts';
import {
  addressRange,
  anyText,
  duration,
  groupRetries,
  hostName,
  list,
  matching,
  path,
  siteAddress,
  size,
  url,
  wholeNumber,
} from '../setting-parsers.ts';
import { alertSettings } from './alert-settings.ts';
import { clientSettings } from './client-settings.ts';
import { containerSettings } from './container-settings.ts';
import { generationSettings } from './generation-settings.ts';
import { messageSettings } from './message-settings.ts';
import { patchSettings } from './patch-settings.ts';
import { phpSettings } from './php-settings.ts';
import { playwrightSettings } from './playwright-settings.ts';
import { retentionSettings } from './retention-settings.ts';
import { s3Settings } from './s3-settings.ts';
import { seleniumSettings } from './selenium-settings.ts';
import { optional, type Setting, setting } from './setting.ts';
import { signInSettings } from './sign-in-settings.ts';
import { sourceLinkSettings } from './source-link-settings.ts';
import { tracingSettings } from './tracing-settings.ts';
import { variableSettings } from './variable-settings.ts';

/**
 * Every setting, by the name of its environment variable. docs/configuration.md is generated from this table
 * (`npm run docs`); a test checks that they are equal.
 */
export const settings = {
  DATABASE_URL: optional({
    group: 'Store',
    schema: url('postgres', 'postgresql'),
    secret: 'credentials',
    description:
      'The PostgreSQL database for runs and results. Without it matre stores them in the data folder, for one process only.',
  }),
  DATABASE_PASSWORD: optional({
    group: 'Store',
    schema: anyText,
    secret: 'whole',
    description:
      'The password for DATABASE_URL, without any encoding. Within DATABASE_URL characters such as / and + must be percent-encoded.',
  }),
  MATRE_DATA: setting({
    group: 'Store',
    schema: path,
    default: './.matre',
    description:
      'The data folder: checkouts, artifacts, the secret key and the embedded database. matre gives it mode 0700.',
  }),
  MATRE_FOLDER_WAIT: setting({
    group: 'Store',
    schema: duration(0),
    default: '30s',
    description:
      'How long a command waits for a data folder that another process uses. A busy machine needs longer.',
  }),
  MATRE_SECRET_KEY: optional({
    group: 'Store',
    schema: anyText,
    secret: 'whole',
    description: 'The key that encrypts stored credentials. Without it, secret.key in the data folder.',
  }),
  MATRE_ARTIFACTS: setting({
    group: 'Store',
    schema: z.enum(['folder', 'database', 's3'], 'must be folder, database or s3'),
    default: 'folder',
    description:
      'Where logs, screenshots and other files of runs are stored: in the data folder, which suffices for one host or for hosts that share that folder; in the database, where every host can read them (docs/hosts.md); or in a bucket of an S3-compatible service, with a list of them in the database (docs/retention.md).',
  }),
  MATRE_LOG_SIZE: setting({
    group: 'Store',
    schema: size(1),
    default: '64m',
    description: 'The maximum size of the log of a run or test; the rest is cut off.',
  }),
  ...s3Settings,
  ...retentionSettings,

  LOCK_DSN: optional({
    group: 'Locks',
    schema: anyText,
    secret: 'credentials',
    description:
      'The Redis that all matre processes share, such as redis://host:6379. Required for more than one process.',
  }),
  LOCK_PASSWORD: optional({
    group: 'Locks',
    schema: anyText,
    secret: 'whole',
    description:
      'The password for LOCK_DSN, without any encoding. Within LOCK_DSN characters such as / and + must be percent-encoded.',
  }),
  LOCK_TTL: setting({
    group: 'Locks',
    schema: duration(1),
    default: '20s',
    description: 'How long a lock stays held after its holder stops renewing it.',
  }),

  ...containerSettings,

  MATRE_MODULE_REPOSITORY: optional({
    group: 'Test module',
    schema: z
      .string()
      .refine(
        (text) => parseRepositoryAddress(text) !== undefined,
        'must be a git address: https://, ssh://, user@host:path, file:// or an absolute path',
      ),
    secret: 'credentials',
    description: 'The git repository with the tests.',
  }),
  MATRE_MODULE_BRANCH: setting({
    group: 'Test module',
    schema: branchName,
    default: 'main',
    description: 'The branch whose newest commit a run uses when it starts.',
  }),
  MATRE_MODULE_PATH: optional({
    group: 'Test module',
    schema: path,
    description: 'A local folder instead of a repository, for development. Each run uses a copy of it.',
  }),
  MATRE_MODULE_TARGET: setting({
    group: 'Test module',
    schema: moduleTarget,
    default: 'app/code/TestModule',
    description: 'The folder of the tests in the container, below MATRE_MAGENTO_ROOT.',
  }),
  MATRE_MODULE_USERNAME: optional({
    group: 'Test module',
    schema: anyText,
    description: 'The user name for an https repository.',
  }),
  MATRE_MODULE_PASSWORD: optional({
    group: 'Test module',
    schema: anyText,
    secret: 'whole',
    description: 'The password or token for an https repository.',
  }),
  MATRE_MODULE_SSH_KEY: optional({
    group: 'Test module',
    schema: path,
    description: 'The file with the private key for an ssh repository. Without it ssh chooses.',
  }),
  MATRE_MODULE_SSH_KNOWN_HOSTS: optional({
    group: 'Test module',
    schema: path,
    description:
      'The file with the keys of known ssh servers (`ssh-keyscan HOST` writes one). Without it ssh chooses.',
  }),
  ...sourceLinkSettings,
  ...playwrightSettings,

  ...seleniumSettings,

  MATRE_WORKERS: setting({
    group: 'Workers',
    schema: wholeNumber(1, 64),
    default: '4',
    description: 'How many runs one process executes in parallel.',
  }),
  MATRE_LEASE: setting({
    group: 'Workers',
    schema: duration(2),
    default: '20s',
    description: 'How long a run waits for a worker that stopped responding before it is requeued.',
  }),
  MATRE_MAX_ATTEMPTS: setting({
    group: 'Workers',
    schema: wholeNumber(1, 20),
    default: '3',
    description:
      'How often a run is started at most when its worker, its lock or the database is lost repeatedly.',
  }),
  MATRE_RETRIES: setting({
    group: 'Workers',
    schema: wholeNumber(0, 20),
    default: '2',
    description:
      'How often a run that is broken for a transient reason (a container removed, Selenium unreachable) is retried automatically, with the tests that have no trustworthy result. 0: never.',
  }),
  MATRE_RETRY_PAUSE: setting({
    group: 'Workers',
    schema: duration(0),
    default: '5s',
    description:
      'How long such a run waits before its first retry; each further pause is four times as long.',
  }),
  MATRE_BEAT: setting({
    group: 'Workers',
    schema: duration(1),
    default: '10s',
    description: 'How long test processes keep running without a heartbeat of their worker.',
  }),

  MATRE_EXCLUSIVE_GROUPS: setting({
    group: 'MFTF',
    schema: list(z.string()),
    default: 'exclusive',
    description:
      'Groups of tests that are executed alone in an environment with several slots, separated by commas.',
  }),
  MATRE_RETRY_FAILED: setting({
    group: 'MFTF',
    schema: wholeNumber(0, maxRetryFailed),
    default: '0',
    description:
      'How often a failed test is executed again in its run, if the run does not say (`--retry-failed`). A test that passes then is flaky. 0: never.',
  }),
  MATRE_RETRY_FAILED_GROUPS: setting({
    group: 'MFTF',
    schema: list(groupRetries),
    default: '',
    description:
      'The same for the tests of some groups, such as checkout:2,admin:1; a test of several of them gets the most.',
  }),
  MATRE_TEST_TIMEOUT: setting({
    group: 'MFTF',
    schema: duration(1),
    default: '15m',
    description: 'How long one test may take.',
  }),
  ...generationSettings,
  ...variableSettings,
  MATRE_SHOP_MODULES_AGE: setting({
    group: 'MFTF',
    schema: duration(0),
    default: '15m',
    description:
      'How old the list of enabled modules of a shop may be at the start of a run; an older one is asked for again.',
  }),
  MATRE_SNAPSHOTS_SIZE: setting({
    group: 'MFTF',
    schema: size(1),
    default: '2g',
    description:
      'How much space generated tests may use in the data folder; the least recently used ones are removed first.',
  }),
  ...phpSettings,
  ...patchSettings,

  MATRE_HOST: setting({
    group: 'Server',
    schema: matching(/^[A-Za-z0-9:[][\w.:\]-]*$/, 'must be the name or address of a host'),
    default: '127.0.0.1',
    description: 'The address that the server of the page and the API listens on.',
  }),
  MATRE_PORT: setting({
    group: 'Server',
    schema: wholeNumber(0, 65_535, 'a port'),
    default: '8089',
    description: 'The port of the server; 0: any free port.',
  }),
  ...clientSettings,
  MATRE_PUBLIC_URL: optional({
    group: 'Server',
    schema: siteAddress,
    description:
      'The address of the server for browsers, such as https://matre.example.com, or https://example.com/matre on a host with others (docs/proxy.md): for links, for cookies that need TLS, and for OpenID Connect.',
  }),
  MATRE_ALLOWED_HOSTS: setting({
    group: 'Server',
    schema: list(hostName),
    default: '',
    description:
      'Additional host names that requests to the server may use (header Host), separated by commas. The name of MATRE_PUBLIC_URL, that of the machine, and IP addresses are always accepted.',
  }),
  MATRE_TRUSTED_PROXIES: setting({
    group: 'Server',
    schema: list(addressRange),
    default: '',
    description:
      'Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For and X-Forwarded-Proto are trusted, separated by commas.',
  }),
  MATRE_DOCTOR_TIMEOUT: setting({
    group: 'Server',
    schema: duration(3),
    default: '15s',
    description:
      'How long the doctor waits for each of its checks. The result of a check that takes longer is unknown; a busy machine needs more time.',
  }),
  MATRE_LOG_LEVEL: setting({
    group: 'Server',
    schema: z.enum(
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'must be trace, debug, info, warn, error or silent',
    ),
    default: 'info',
    description: 'Which log lines are written: trace, debug, info, warn, error or silent.',
  }),

  ...signInSettings,
  ...messageSettings,
  ...tracingSettings,
  ...alertSettings,
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

export type SettingValues = {
  [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never;
};
