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
  LOCK_DSN: { name: 'LOCK_DSN', secret: true },
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
      mapped.push({ name: counterpart.name, value, secret: counterpart.secret === true, from });
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

function problemOf(from: string, value: string, settings: PhpSettings): string | undefined {
  if (from === 'LOCK_DSN' && !/^rediss?:\/\//.test(value)) {
    return 'matre needs no lock store while all of it is one process, and Redis otherwise';
  }
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
  const lines = settings.map(({ name, value, from }) => `# ${from}\n${name}=${quoted(value)}\n`);
  return `# From the .env of php-matre; see docs/configuration.md for all settings.\n${lines.join('')}`;
}

const quoted = (value: string) =>
  /^[\w.:/@+-]*$/.test(value) ? value : `"${value.replace(/["\\$]/g, (mark) => `\\${mark}`)}"`;
