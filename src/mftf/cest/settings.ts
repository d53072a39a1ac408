/** What the generated text depends on besides the files. */
export interface CestSettings {
  /** Of MFTF, such as `3.8.0`. */
  version: string;
  /** Seconds of a wait that names none: `WAIT_TIMEOUT`. */
  waitTimeout: string;
  /** Seconds of a command of Magento that names none: `MAGENTO_CLI_WAIT_TIMEOUT`. */
  commandTimeout: string;
  /** Of `<generateDate>` without one: `DEFAULT_TIMEZONE`. */
  timezone: string;
}

/** How the Cests of a version differ from those of 3.8. */
export interface Dialect {
  /** Comments around the steps of a hook, and no `@Parameter`: since 3.9.0. */
  hookMarks: boolean;
  /** Each Cest creates the helpers of those before it, too. */
  sharedHelpers: boolean;
  /** The secrets that a test uses, in its description. */
  secretsInDescription: boolean;
  /** A pause may be stopped: since 3.9.0. */
  pauseArgument: string | undefined;
}

export function dialectOf(version: string): Dialect {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isLater = major > 3 || (major === 3 && minor >= 9);
  return {
    hookMarks: isLater,
    sharedHelpers: major < 4,
    secretsInDescription: major >= 4,
    pauseArgument: isLater ? 'true' : undefined,
  };
}

/** MFTF's own values. */
export const defaultCestSettings: CestSettings = {
  version: '3.8.0',
  waitTimeout: '30',
  commandTimeout: '60',
  timezone: 'America/Los_Angeles',
};
