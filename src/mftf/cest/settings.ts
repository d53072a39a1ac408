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

/** MFTF's own values. */
export const defaultCestSettings: CestSettings = {
  version: '3.8.0',
  waitTimeout: '30',
  commandTimeout: '60',
  timezone: 'America/Los_Angeles',
};
