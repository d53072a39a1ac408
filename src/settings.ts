import { resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration, parseSize } from './model/quantity.ts';
import { parseRepository } from './model/repository.ts';

export const settingGroups = [
  'Store',
  'Locks',
  'Containers',
  'Test module',
  'Selenium',
  'Workers',
  'MFTF',
  'Server',
] as const;

/** One row of the table of settings. `Value` is what the program sees. */
export interface Setting<Value> {
  group: (typeof settingGroups)[number];
  /** From the text that people write to the value. */
  schema: z.ZodType<Value, string>;
  /** As text, in the form that people write. Absent: the setting has no value unless it is given. */
  default?: string;
  /** `whole`: never shown. `credentials`: a DSN or URL whose password is never shown. */
  secret?: 'whole' | 'credentials';
  description: string;
}

type Given<Value> = Omit<Setting<Value>, 'default'>;

function setting<Value>(given: Given<Value> & { default: string }): Setting<Value> {
  return given;
}
function optional<Value>(given: Given<Value>): Setting<Value | undefined> {
  return given as Setting<Value | undefined>;
}

// The forms of values. Their messages follow the name of the setting: "MATRE_PORT must be a port, 1 to 65535".

const text = z.string();

const matching = (pattern: RegExp, message: string) => z.string().regex(pattern, message);

const wholeNumber = (low: number, high: number, what = 'a whole number') => {
  const message = `must be ${what}, ${low} to ${high}`;
  return matching(/^\d{1,9}$/, message)
    .transform(Number)
    .refine((number) => number >= low && number <= high, message);
};

const port = wholeNumber(1, 65_535, 'a port');

/** Milliseconds, at least `leastSeconds`. */
const duration = (leastSeconds: number) =>
  z
    .string()
    .transform((written) => parseDuration(written) ?? Number.NaN)
    .refine(
      (ms) => ms >= leastSeconds * 1000,
      `must be a duration such as 30s or 15m, at least ${leastSeconds}s`,
    );

/** Bytes, at least `leastMegabytes`. */
const size = (leastMegabytes: number) =>
  z
    .string()
    .transform((written) => parseSize(written) ?? Number.NaN)
    .refine(
      (bytes) => bytes >= leastMegabytes * 1024 ** 2,
      `must be a size such as 512m or 2g, at least ${leastMegabytes}m`,
    );

const url = (...protocols: string[]) =>
  z.string().refine(
    (written) => {
      return URL.canParse(written) && protocols.includes(new URL(written).protocol.slice(0, -1));
    },
    `must be an address that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
  );

/** A path on this machine; a relative one counts from the current folder. */
const path = z
  .string()
  .refine((written) => !written.includes('\0'), 'must be a path')
  .transform((written) => resolve(written));

const absolutePath = matching(
  /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0\n]*$/,
  'must be an absolute path without ..',
).transform((written) => written.replace(/(?<=.)\/+$/, ''));

const list = <Item>(item: z.ZodType<Item, string>) =>
  z
    .string()
    .transform((written) =>
      written
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item));

const mount = matching(
  /^\/[^:\n]*:\/[^:\n]*(?::(?:ro|rw))?$/,
  'must be a list of source:target or source:target:ro with absolute paths',
)
  .refine((written) => !/(?:^|\/)\.\.(?:\/|:|$)/.test(written), 'must not have .. in its paths')
  .transform((written) => {
    const [source = '', target = '', mode] = written.split(':');
    return { source, target, readOnly: mode === 'ro' };
  });

const extraHost = matching(
  /^[A-Za-z0-9][\w.-]*:(?:host-gateway|[0-9A-Fa-f:.]+)$/,
  'must be a list of name:address or name:host-gateway',
);

/**
 * Every setting, by the name of its environment variable. docs/configuration.md is made from this table
 * (`npm run docs`); a test keeps the two equal.
 */
export const settings = {
  DATABASE_URL: optional({
    group: 'Store',
    schema: url('postgres', 'postgresql'),
    secret: 'credentials',
    description:
      'The PostgreSQL that keeps runs and results. Without it matre keeps them in the data folder, for one process only.',
  }),
  MATRE_DATA: setting({
    group: 'Store',
    schema: path,
    default: './.matre',
    description:
      'The data folder: checkouts, artifacts, the secret key and the embedded database. Made with mode 0700.',
  }),
  MATRE_SECRET_KEY: optional({
    group: 'Store',
    schema: text,
    secret: 'whole',
    description:
      'The key that stored credentials are encrypted with. Without it, secret.key in the data folder.',
  }),
  MATRE_LOG_SIZE: setting({
    group: 'Store',
    schema: size(1),
    default: '64m',
    description: 'How much of the log of one run or test is kept; what comes after it is cut.',
  }),

  LOCK_DSN: optional({
    group: 'Locks',
    schema: text,
    secret: 'credentials',
    description:
      'The Redis that all matre processes share, as redis://host:6379. Needed as soon as there is more than one process.',
  }),
  LOCK_TTL: setting({
    group: 'Locks',
    schema: duration(1),
    default: '25s',
    description: 'How long a lock outlives a holder that stopped renewing it.',
  }),

  MATRE_ENGINE: setting({
    group: 'Containers',
    schema: z.enum(['auto', 'docker', 'sandbox'], 'must be auto, docker or sandbox'),
    default: 'auto',
    description: 'Where tests run: docker, sandbox (bubblewrap), or auto, which is docker where it answers.',
  }),
  DOCKER_HOST: optional({
    group: 'Containers',
    schema: url('unix', 'tcp', 'http', 'https'),
    description: 'The Docker Engine. Without it unix:///var/run/docker.sock.',
  }),
  MATRE_IMAGE: setting({
    group: 'Containers',
    schema: matching(/^(?!-)[^\s\0]+$/, 'must be the name of an image'),
    default: 'matre-magento:latest',
    description:
      'The image with Magento and MFTF. For the sandbox: a folder that is laid over the system of the host.',
  }),
  MATRE_NETWORK: optional({
    group: 'Containers',
    schema: matching(/^[A-Za-z0-9][\w.-]*$/, 'must be the name of a Docker network'),
    description: 'The Docker network of the containers. Without it the default bridge.',
  }),
  MATRE_EXTRA_HOSTS: setting({
    group: 'Containers',
    schema: list(extraHost),
    default: 'host.docker.internal:host-gateway',
    description: 'Lines for /etc/hosts of the containers: name:address, with commas between them.',
  }),
  MATRE_MOUNTS: setting({
    group: 'Containers',
    schema: list(mount),
    default: '',
    description:
      'More mounts for the containers: source:target or source:target:ro, with commas between them.',
  }),
  MATRE_MEMORY: setting({
    group: 'Containers',
    schema: size(64),
    default: '2g',
    description: 'The memory limit of a container. What lies in its tmpfs counts.',
  }),
  MATRE_TMPFS_SIZE: setting({
    group: 'Containers',
    schema: size(1),
    default: '512m',
    description: 'The size of the tmpfs that generated tests are in.',
  }),
  MATRE_MAGENTO_ROOT: setting({
    group: 'Containers',
    schema: absolutePath,
    default: '/var/www/html',
    description: 'Where Magento is in the container.',
  }),

  MATRE_MODULE_REPOSITORY: optional({
    group: 'Test module',
    schema: z
      .string()
      .refine(
        (written) => parseRepository(written) !== undefined,
        'must be a git address: https://, ssh://, user@host:path, file:// or an absolute path',
      ),
    secret: 'credentials',
    description: 'The git repository with the tests.',
  }),
  MATRE_MODULE_BRANCH: setting({
    group: 'Test module',
    schema: matching(
      // The rules of git check-ref-format for one branch.
      /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$))[^\s\0-\x1f~^:?*[\\\x7f]+$/,
      'must be the name of a branch',
    ),
    default: 'main',
    description: 'The branch whose newest commit a run takes when it starts.',
  }),
  MATRE_MODULE_PATH: optional({
    group: 'Test module',
    schema: path,
    description: 'A local folder instead of a repository, for development. Each run takes a copy of it.',
  }),
  MATRE_MODULE_TARGET: setting({
    group: 'Test module',
    schema: matching(
      /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w./-]+(?<!\/)$/,
      'must be a relative path without ..',
    ),
    default: 'app/code/TestModule',
    description: 'Where the tests are in the container, below MATRE_MAGENTO_ROOT.',
  }),
  MATRE_MODULE_USERNAME: optional({
    group: 'Test module',
    schema: text,
    description: 'The user name for an https repository.',
  }),
  MATRE_MODULE_PASSWORD: optional({
    group: 'Test module',
    schema: text,
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

  SELENIUM_HOST: optional({
    group: 'Selenium',
    schema: matching(/^[A-Za-z0-9[][\w.:\]-]*$/, 'must be the name or address of a host'),
    description:
      'As the containers reach it. Without it this host: host.docker.internal from Docker, 127.0.0.1 from the sandbox.',
  }),
  SELENIUM_PORT: setting({
    group: 'Selenium',
    schema: port,
    default: '4444',
    description: 'The port of Selenium.',
  }),
  SELENIUM_PROTOCOL: setting({
    group: 'Selenium',
    schema: z.enum(['http', 'https'], 'must be http or https'),
    default: 'http',
    description: 'The protocol of Selenium.',
  }),
  SELENIUM_PATH: setting({
    group: 'Selenium',
    schema: matching(/^\/[\w./-]*$/, 'must be a path that begins with /'),
    default: '/wd/hub',
    description: 'The path of Selenium; / for a bare chromedriver.',
  }),

  MATRE_WORKERS: setting({
    group: 'Workers',
    schema: wholeNumber(1, 64),
    default: '4',
    description: 'How many runs one process executes at a time.',
  }),
  MATRE_LEASE: setting({
    group: 'Workers',
    schema: duration(2),
    default: '25s',
    description: 'How long a run waits for a worker that stopped answering before it goes back to the queue.',
  }),
  MATRE_MAX_ATTEMPTS: setting({
    group: 'Workers',
    schema: wholeNumber(1, 20),
    default: '3',
    description: 'How often a run is started at most, when its worker was lost.',
  }),
  MATRE_BEAT: setting({
    group: 'Workers',
    schema: duration(1),
    default: '10s',
    description: 'How long test processes live on without a sign of their worker.',
  }),

  MATRE_TEST_TIMEOUT: setting({
    group: 'MFTF',
    schema: duration(1),
    default: '15m',
    description: 'How long one test may take.',
  }),
  MATRE_GENERATION_TIMEOUT: setting({
    group: 'MFTF',
    schema: duration(1),
    default: '15m',
    description: 'How long MFTF may take to generate the tests of a run.',
  }),
  MATRE_PHP: setting({
    group: 'MFTF',
    schema: matching(/^[\w./+-]+$/, 'must be the name or path of a program'),
    default: 'php',
    description: 'The PHP program in the container.',
  }),

  MATRE_HOST: setting({
    group: 'Server',
    schema: matching(/^[A-Za-z0-9:[][\w.:\]-]*$/, 'must be the name or address of a host'),
    default: '127.0.0.1',
    description: 'The address that the page and the API listen on.',
  }),
  MATRE_PORT: setting({
    group: 'Server',
    schema: wholeNumber(0, 65_535, 'a port'),
    default: '8089',
    description: 'Their port; 0 takes a free one.',
  }),
  MATRE_URL: optional({
    group: 'Server',
    schema: url('http', 'https'),
    secret: 'credentials',
    description: 'The server that commands talk to. Without it the one that runs on the data folder, if any.',
  }),
  MATRE_TOKEN: optional({
    group: 'Server',
    schema: matching(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters without blanks'),
    secret: 'whole',
    description:
      'What commands and programs show to the server, as a bearer token. Needed as soon as it listens beyond this machine.',
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
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof settings;

export const settingNames = Object.keys(settings) as SettingName[];

export type SettingValues = {
  [Name in SettingName]: (typeof settings)[Name] extends Setting<infer Value> ? Value : never;
};
