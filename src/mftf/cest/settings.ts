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

/**
 * The lines of MFTF whose Cests were compared with those of matre for whole trees (docs/cests.md). Other versions generate their Cests
 * themselves.
 */
const provenLines: readonly string[] = ['3.8', '4.7', '5.3', '6.0'];

/** Whether a version of MFTF, such as `4.7.2`, is of a line whose Cests were compared. */
export function isProven(version: string): boolean {
  return provenLines.includes(version.split('.').slice(0, 2).join('.'));
}

/** How the Cests of a version differ from those of 3.8. */
export interface Dialect {
  /** Whether comments stand around the steps of a hook, and no `@Parameter` before the test: since 3.9.0. */
  hookMarks: boolean;
  /** Whether each Cest also creates the helpers of those before it: before 4. */
  sharedHelpers: boolean;
  /** Whether commands take their limit from `MAGENTO_CLI_WAIT_TIMEOUT`: since 4 (measured with 4.7 and 6.0); 3.8 ignores it. */
  commandLimit: boolean;
  /** Whether the description of a test names the secrets that it uses: since 4. */
  secretsInDescription: boolean;
  /** Whether data that no file declares cannot be created: since 4 (measured with 4.7 and 6.0). */
  refusesUnknownData: boolean;
  /** The argument of a pause: since 3.9.0. */
  pauseArgument: string | undefined;
}

/** The dialect of a version of MFTF, such as `4.7.2`. */
export function dialectOf(version: string): Dialect {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isLater = major > 3 || (major === 3 && minor >= 9);
  return {
    hookMarks: isLater,
    sharedHelpers: major < 4,
    commandLimit: major >= 4,
    secretsInDescription: major >= 4,
    refusesUnknownData: major >= 4,
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
