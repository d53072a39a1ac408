import { type Setting, settingGroups } from '../src/config/setting.ts';
import { settingNames, settings } from '../src/config/settings.ts';

/** Generates docs/configuration.md from the table of settings. */
export function configurationPage(): string {
  const sections = settingGroups.map((group) => {
    const rows = settingNames
      .map((name) => ({ name, row: settings[name] as Setting<unknown> }))
      .filter(({ row }) => row.group === group)
      .map(
        ({ name, row }) =>
          `| \`${name}\` | ${row.default ? `\`${row.default}\`` : ''} | ${row.description} |`,
      );
    return `## ${group}\n\n| Setting | Default | Meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `${introduction}\n${sections.join('\n')}\n${values}`;
}

const introduction = `# Configuration

<!-- Made by \`npm run docs\` from src/config/settings.ts. Edit there. -->

matre reads its settings from environment variables and from an optional file: \`matre.env\` in the current folder, or the
file that \`MATRE_CONFIG\` names. The file has the same names, one \`NAME=value\` a line, with \`#\` comments and quotes as
in any env file. The environment wins; an empty value counts as none. A name in the file that is not in this list is an
error, so that a slip of the pen does not go unnoticed. \`matre config\` shows every setting, its value with secrets hidden,
and where the value comes from.

Durations are written as \`500ms\`, \`30s\`, \`15m\` or \`1h\`; a number without a unit is seconds. Sizes are written as
\`512m\` or \`2g\`, in powers of 1024. Relative paths count from the current folder.
`;

const values = `## Values that tests read

MFTF reads \`.env\` and \`.credentials\` in \`dev/tests/acceptance\`. matre writes both for each run, into a tmpfs of the
container, from these layers; a later one wins:

1. global variables,
2. \`Cron/data/.env.<code>\` of the test module,
3. the environment's variables, then its base URL, backend name, admin user and password,
4. \`SELENIUM_HOST\`, \`SELENIUM_PORT\`, \`SELENIUM_PROTOCOL\` and \`SELENIUM_PATH\` as set above, and
   \`SELENIUM_CLOSE_ALL_SESSIONS=false\`, because the server may be shared.

In the module's file \`\${NAME}\` stands for an earlier value of the file or for one of the environment, as MFTF itself
reads it; \`$(command)\` is not carried out. Secret variables are in \`.credentials\` too: \`NAME\` as \`magento/NAME\`, the admin
password as \`magento/MAGENTO_ADMIN_PASSWORD\`, and \`OTP_SHARED_SECRET\` as \`magento/tfa/OTP_SHARED_SECRET\`.

Secrets are hidden in logs and artifacts wherever they appear, if they have four characters or more; hiding every "1" would
destroy the log and tell more by what is missing.
`;
