import type { SettingEntry } from '../config/config.ts';
import { settingGroups } from '../config/settings/setting.ts';
import type { topicNames } from './topic-names.ts';

type Topic = (typeof topicNames)[number];

/** The texts of `matre help TOPIC`, at most 120 columns wide. `settings` is made from the table of settings. */
export const topics: Record<Exclude<Topic, 'settings'>, string> = {
  selection: `Which tests a run covers

  -t, --test NAME      a test, by its name; \`Suite:Test\` for one that is in several suites
  -g, --group NAME     all tests of a group
  -s, --suite NAME     all tests of a suite
  --pattern PATTERN    tests whose names match: * is any characters, ? is one; upper and lower case differ
  --all                all tests of the test module
  --severity NAME      of these, only tests of a severity: BLOCKER, CRITICAL, MAJOR, AVERAGE, MINOR
  --module NAME        of these, only tests of a Magento module: Magento_Checkout, Checkout, "Acme_*"
  -x, --exclude NAME   without a test, group or suite, or what matches a pattern
  --exclude-skipped    without the tests that the module marks as skipped
  --playwright         the tests of the Playwright project besides; --playwright-grep EXPRESSION, --playwright-project NAME,
                       --playwright-tag TAG and --playwright-file FILE select some of them (docs/playwright.md)

Each option can be repeated or take commas (\\, is a comma within a name). A run covers everything that is named, of this
only the severities and modules, without what is excluded. Severities and modules alone are those of all tests. Each test
is executed once, however often it is named. Tests of a suite run with its before and after, and never alone: a test of
several suites runs in each, Suite:Test selects one.

\`matre tests TEXT\` finds names, \`matre run ... --dry-run\` shows what a selection covers, and on which environments a
test cannot be used.

  matre run -e preprod-us --group smoke --exclude StorefrontSlowTest --dry-run
  matre run -e preprod-us --pattern "Storefront*Test" --severity BLOCKER,CRITICAL --exclude "*Paypal*" --dry-run`,
  'exit-codes': `Exit codes, for scripts and pipelines

    0  success; with --watch: all tests passed
    1  tests failed (run --watch, retry --watch, watch); lint has findings of the level of --fail-on
    2  broken or cancelled (also by --wait-at-most): no trustworthy result; an infrastructure fault; a problem that the
       doctor found
    3  invalid usage or configuration
  130  interrupted by Ctrl-C

Messages of errors are on standard error, each with a code in parentheses; docs/troubleshooting.md lists all codes.
Output is on standard output; with --json it is one JSON document.`,
  contexts: `Which server a command uses

The first of these that is there:

  1. --context NAME    a context by its name; \`--context local\` is the data folder
  2. MATRE_URL         in the environment or in matre.env, with the token MATRE_TOKEN
  3. the current context (\`matre context use NAME\`, \`matre login URL\`)
  4. the server that runs on the data folder (MATRE_DATA, ./.matre by default)
  5. the data folder itself, opened by the command, or the database of DATABASE_URL

\`matre context show\` says which it is now, and why. A command that reads creates nothing where there
is no data, and neither does a preview (\`--dry-run\`).

Contexts and their tokens are in $XDG_CONFIG_HOME/matre/contexts.json, else ~/.config/matre/contexts.json, with mode 0600.
matre refuses the file when other users have access to it. A token is only sent to the server it belongs to: MATRE_TOKEN to
that of MATRE_URL, that of a context to its own. MATRE_URL without MATRE_TOKEN uses the token of a context with that address.

  matre login https://matre.example.com          signs in by a browser, adds the context and uses it
  matre context add staging https://staging.example.com
  matre list --context staging
  matre logout                                   revokes the token and forgets it`,
  completion: `Completion in bash, zsh and fish

  bash   eval "$(matre completion bash)"     in ~/.bashrc
  zsh    eval "$(matre completion zsh)"      in ~/.zshrc, after compinit
  fish   matre completion fish > ~/.config/fish/completions/matre.fish

It completes commands, options and their values, and names of environments, tests, groups, suites, runs, schedules and
contexts. Names come from the server within 1.5 s; they are kept for 10 s in $XDG_CACHE_HOME/matre (~/.cache/matre),
and older ones are used when the server does not answer. Completion never opens a data folder and prints no errors.`,
  names: `Words of matre

  environment   a Magento shop that tests run against, with its variables and credentials
  test module   the git repository with the MFTF tests; each run uses one commit of it
  run           one execution of a selection of tests on one environment
  verdict       passed, failed (tests failed), broken (no trustworthy result) or cancelled
  worker        a process that executes runs; \`matre up\` has four worker slots
  queue         the runs that wait; each environment executes one at a time, in order
  reservation   keeps an environment for its owner: no other run starts there (\`matre reserve\`)
  schedule      submits runs by the clock
  context       a server, by a name of yours (\`matre help contexts\`)

docs/glossary.md has all of them.`,
};

/** All settings with their descriptions, by group. */
export function settingsTopic(
  entries: readonly Pick<SettingEntry, 'name' | 'group' | 'description'>[],
): string {
  const groups = settingGroups.map((group) => {
    const rows = entries.filter((entry) => entry.group === group);
    return [group, ...rows.map(({ name, description }) => `  ${name}\n      ${description}`)].join('\n');
  });
  return `Settings

They come from environment variables, else from the file matre.env in the current folder (MATRE_CONFIG names another).
\`matre config\` shows the values of this process and where each comes from.

${groups.join('\n\n')}`;
}
