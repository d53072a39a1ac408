import type { SourceProblem } from '../records.ts';

/** The `.env` of php-matre by name. */
export type PhpSettings = ReadonlyMap<string, string>;

/** A setting of matre, for its env file. */
export interface MappedSetting {
  name: string;
  value: string;
  secret: boolean;
  /** The name there. */
  from: string;
  /** What must be looked at before it is used. */
  note?: string;
}

/** Settings that have a counterpart, by their name there. */
export const counterparts: Readonly<Record<string, { name: string; secret?: true }>> = {
  TEST_MODULE_REPO: { name: 'MATRE_MODULE_REPOSITORY' },
  TEST_MODULE_BRANCH: { name: 'MATRE_MODULE_BRANCH' },
  TEST_MODULE_PATH: { name: 'MATRE_MODULE_TARGET' },
  DEV_MODULE_PATH: { name: 'MATRE_MODULE_PATH' },
  REPO_USERNAME: { name: 'MATRE_MODULE_USERNAME' },
  REPO_PASSWORD: { name: 'MATRE_MODULE_PASSWORD', secret: true },
  SELENIUM_HOST: { name: 'SELENIUM_HOST' },
  SELENIUM_PORT: { name: 'SELENIUM_PORT' },
  NOVNC_URL: { name: 'MATRE_LIVE_VIEW_URL' },
  DEFAULT_URI: { name: 'MATRE_PUBLIC_URL' },
  MAGENTO_ROOT: { name: 'MATRE_MAGENTO_ROOT' },
};

/** Read elsewhere: for the connection, the channels and a variable. */
const readElsewhere = [
  ...['DB_HOST', 'DB_PORT', 'DB_NAME', 'DB_USER', 'DB_PASS'],
  ...['SLACK_WEBHOOK_URL', 'MAILER_DSN', 'MAIL_FROM', 'MFTF_WEBDRIVER_WAIT_TIMEOUT'],
];

/** Why the others have no counterpart. */
const reasons: Readonly<Record<string, string>> = {
  MAGENTO_IMAGE: 'matre needs an image with Magento and MFTF in it: MATRE_IMAGE (README)',
  LOCK_DSN:
    'the Redis of php-matre has locks of php-matre; matre needs one of its own when several processes work (LOCK_DSN)',
  ALLURE_URL: 'matre shows results itself',
  ALLURE_PUBLIC_URL: 'matre shows results itself',
  SLACK_CHANNEL: 'the webhook decides the channel',
  APP_SECRET: 'matre has a key of its own (MATRE_SECRET_KEY)',
  USE_CONTAINER_POOL: 'every environment has a container',
  MFTF_WEBDRIVER_CONNECTION_TIMEOUT: 'it belongs into functional.suite.yml of the image',
  MFTF_WEBDRIVER_REQUEST_TIMEOUT: 'it belongs into functional.suite.yml of the image',
  MFTF_WEBDRIVER_PAGELOAD_TIMEOUT: 'it belongs into functional.suite.yml of the image',
};

/** php-matre patches the MFTF of its containers when they are built; no setting says so there. */
const patches: MappedSetting = {
  ...{ name: 'MATRE_PATCHES', value: 'visible-element,content-models', secret: false },
  from: 'patches in its containers',
};

/** What of a `.env` of php-matre becomes a setting here. */
export function mapSettings(settings: PhpSettings): {
  settings: MappedSetting[];
  leftovers: SourceProblem[];
} {
  const mapped: MappedSetting[] = [];
  const leftovers: SourceProblem[] = [];
  for (const [from, text] of settings) {
    const value = text.trim();
    if (value === '' || readElsewhere.includes(from)) continue;
    const counterpart = counterparts[from];
    const reason = counterpart ? problemOf(from, value, settings) : reasons[from];
    if (counterpart && reason === undefined) {
      const note = noteOf(from, value);
      const setting = { name: counterpart.name, value, secret: counterpart.secret === true, from };
      mapped.push({ ...setting, ...(note !== undefined && { note }) });
    } else if (reason !== undefined) {
      leftovers.push({ kind: 'setting', name: from, reason });
    }
  }
  if (mapped.length > 0) mapped.push(patches);
  const others = [...settings.keys()].filter(
    (name) => !counterparts[name] && !reasons[name] && !readElsewhere.includes(name),
  );
  if (others.length > 0) {
    leftovers.push({
      kind: 'settings',
      name: others.join(', '),
      reason: 'they are of php-matre and its containers',
    });
  }
  return { settings: mapped, leftovers };
}

/** A setting that is right there, and often is not here. */
function noteOf(from: string, value: string): string | undefined {
  if (from === 'DEFAULT_URI') return 'the address of php-matre: write that of matre while it has another one';
  // Docker has names without a dot in its networks.
  const isNameOfContainer = from === 'SELENIUM_HOST' && !/[.:]|^localhost$/.test(value);
  return isNameOfContainer
    ? 'only containers in the network of php-matre know this name: write an address that those of matre reach'
    : undefined;
}

function problemOf(from: string, value: string, settings: PhpSettings): string | undefined {
  if (from === 'DEV_MODULE_PATH' && !value.startsWith('/'))
    return 'it is relative to the folder of php-matre';
  // A folder and a repository exclude each other; the folder wins there.
  const hasFolder = settings.get('DEV_MODULE_PATH')?.trim().startsWith('/');
  if (hasFolder && /^(?:TEST_MODULE_(?:REPO|BRANCH)|REPO_.*)$/.test(from))
    return 'DEV_MODULE_PATH wins there';
  return undefined;
}

/** The text of an env file with settings of matre. */
export function formatSettings(settings: readonly MappedSetting[]): string {
  const lines = settings.map(
    ({ name, value, from, note }) =>
      `# ${from}${note === undefined ? '' : `: ${note}`}\n${name}=${quoted(value)}\n`,
  );
  return `# From the .env of php-matre; see docs/configuration.md for all settings.\n${lines.join('')}`;
}

const quoted = (value: string) =>
  /^[\w.:/@+-]*$/.test(value) ? value : `"${value.replace(/["\\$]/g, (mark) => `\\${mark}`)}"`;
