import type { CommandEntry } from './cli-context.ts';

/** Commands that belong together, under a heading of `matre --help`. */
interface CommandGroup {
  title: string;
  commands: readonly CommandEntry[];
}

/** In the order of `matre --help`: what is used each day comes first. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Run tests',
    commands: [
      {
        name: 'run',
        summary: 'submit a run for each environment',
        load: async () => (await import('./commands/run.ts')).registerRun,
      },
      {
        name: 'watch',
        summary: 'wait until runs are finished; the exit code is their verdict',
        load: async () => (await import('./commands/watch.ts')).registerWatch,
      },
      {
        name: 'retry',
        summary: 'submit a finished run again',
        load: async () => (await import('./commands/retry.ts')).registerRetry,
      },
      {
        name: 'cancel',
        summary: 'cancel a run that is queued or running',
        load: async () => (await import('./commands/cancel.ts')).registerCancel,
      },
      {
        name: 'priority',
        summary: 'change the priority of a queued run within its environment',
        load: async () => (await import('./commands/priority.ts')).registerPriority,
      },
      {
        name: 'reserve',
        summary: 'keep an environment for you: after a run, from a time or now, until a time',
        load: async () => (await import('./commands/reserve.ts')).registerReserve,
      },
      {
        name: 'reservations',
        summary: 'list, extend, shorten and end reservations of environments',
        load: async () => (await import('./commands/reservations.ts')).registerReservations,
      },
    ],
  },
  {
    title: 'See what happened',
    commands: [
      {
        name: 'status',
        summary: 'show what is wrong, what waits and why, and what each environment is doing',
        load: async () => (await import('./commands/status.ts')).registerStatus,
      },
      {
        name: 'list',
        summary: 'list runs, newest first',
        load: async () => (await import('./commands/list.ts')).registerList,
      },
      {
        name: 'show',
        summary: 'show runs: what failed and why, with what to do; then results, events and files',
        load: async () => (await import('./commands/show.ts')).registerShow,
      },
      {
        name: 'log',
        summary: 'print the log of a run or of one of its tests',
        load: async () => (await import('./commands/log.ts')).registerLog,
      },
      {
        name: 'submission',
        summary: 'show what was requested together: what is new, fixed, known, flaky or slower, and where',
        load: async () => (await import('./commands/submission.ts')).registerSubmission,
      },
      {
        name: 'compare',
        summary: 'compare two runs, submissions, environments or commits: what differs, and how',
        load: async () => (await import('./commands/compare.ts')).registerCompare,
      },
      {
        name: 'trends',
        summary:
          'show pass rate, durations and waiting by week, and tests that are slow, grew, or never fail',
        load: async () => (await import('./commands/trends.ts')).registerTrends,
      },
      {
        name: 'annotate',
        summary: 'report finished runs to GitHub Actions: annotations, a summary and outputs',
        load: async () => (await import('./commands/annotate.ts')).registerAnnotate,
      },
    ],
  },
  {
    title: 'Judge failures',
    commands: [
      {
        name: 'quarantine',
        summary: 'quarantine flaky tests: their known failures decide no verdict, until a day',
        load: async () => (await import('./commands/quarantine.ts')).registerQuarantine,
      },
      {
        name: 'note',
        summary: 'note what is known about causes of failures: kind, issue and owner',
        load: async () => (await import('./commands/note.ts')).registerNote,
      },
    ],
  },
  {
    title: 'Know the tests',
    commands: [
      {
        name: 'tests',
        summary: 'list the tests, groups and suites that can be run',
        load: async () => (await import('./commands/tests.ts')).registerTests,
      },
      {
        name: 'steps',
        summary: 'show the steps of a test as MFTF runs them, and where each comes from',
        load: async () => (await import('./commands/steps.ts')).registerSteps,
      },
      {
        name: 'changed',
        summary: 'list the tests that differ from another commit of the test module, and why',
        load: async () => (await import('./commands/changed.ts')).registerChanged,
      },
      {
        name: 'lint',
        summary: 'check the XML of a test module: unknown references, selectors, sleeps, unused parts',
        load: async () => (await import('./commands/lint.ts')).registerLint,
      },
      {
        name: 'used-by',
        summary: 'show who uses an action group, data, an element, a page or a variable, and in which tests',
        load: async () => (await import('./commands/used-by.ts')).registerUsedBy,
      },
    ],
  },
  {
    title: 'Set up',
    commands: [
      {
        name: 'env',
        summary: 'manage environments: the shops that tests run against',
        load: async () => (await import('./commands/env/env.ts')).registerEnv,
      },
      {
        name: 'variable',
        summary: 'look after variables: descriptions, users, bulk changes, comparisons, rotation of secrets',
        load: async () => (await import('./commands/variable/variable.ts')).registerVariable,
      },
      {
        name: 'hook',
        summary: 'manage hooks: commands and HTTP requests before and after the tests of runs',
        load: async () => (await import('./commands/hook/hook.ts')).registerHook,
      },
      {
        name: 'saved',
        summary: 'manage saved selections: tests, environments and options under a name',
        load: async () => (await import('./commands/saved/saved.ts')).registerSaved,
      },
      {
        name: 'schedule',
        summary: 'manage schedules, which submit runs at set times',
        load: async () => (await import('./commands/schedule/schedule.ts')).registerSchedule,
      },
      {
        name: 'apply',
        summary: 'make environments, saved selections, schedules and hooks as a matre.yml says',
        load: async () => (await import('./commands/apply.ts')).registerApply,
      },
      {
        name: 'import',
        summary: 'import the data of another system: php-matre',
        load: async () => (await import('./commands/import/import.ts')).registerImport,
      },
    ],
  },
  {
    title: 'Tell people',
    commands: [
      {
        name: 'channel',
        summary: 'manage channels: where messages about runs go',
        load: async () => (await import('./commands/channel/channel.ts')).registerChannel,
      },
      {
        name: 'rule',
        summary: 'manage rules: which submissions and alerts are announced on which channel',
        load: async () => (await import('./commands/rule/rule.ts')).registerRule,
      },
      {
        name: 'template',
        summary: 'manage templates: the words of messages',
        load: async () => (await import('./commands/template/template.ts')).registerTemplate,
      },
      {
        name: 'messages',
        summary: 'list messages to channels: sent, waiting or given up, and why rules sent none',
        load: async () => (await import('./commands/messages.ts')).registerMessages,
      },
      {
        name: 'alerts',
        summary: 'list what an operator must act on: full disks, lost workers, broken environments',
        load: async () => (await import('./commands/alerts.ts')).registerAlerts,
      },
    ],
  },
  {
    title: 'Start and look after a server',
    commands: [
      {
        name: 'up',
        summary: 'start server, workers and scheduler in this process; nothing else is needed',
        load: async () => (await import('./commands/up.ts')).registerUp,
      },
      {
        name: 'demo',
        summary: 'start a demo: three sample environments and six runs; needs no settings',
        load: async () => (await import('./commands/demo.ts')).registerDemo,
      },
      {
        name: 'server',
        summary: 'start the server only: the page and the API; workers run in other processes',
        load: async () => (await import('./commands/server.ts')).registerServer,
      },
      {
        name: 'worker',
        summary: 'start workers only, for more processes and hosts',
        load: async () => (await import('./commands/worker.ts')).registerWorker,
      },
      {
        name: 'scheduler',
        summary: 'start a scheduler only; with several of them each time still fires once',
        load: async () => (await import('./commands/scheduler.ts')).registerScheduler,
      },
      {
        name: 'doctor',
        summary: 'check for all known problems, and show how to fix them',
        load: async () => (await import('./commands/doctor.ts')).registerDoctor,
      },
      {
        name: 'cests',
        summary: 'compare the Cests of matre with those of MFTF: what was compared, and what differs',
        load: async () => (await import('./commands/cests.ts')).registerCests,
      },
      {
        name: 'pool',
        summary: 'manage the containers that tests run in',
        load: async () => (await import('./commands/pool.ts')).registerPool,
      },
      {
        name: 'locks',
        summary: 'manage the locks that keep runs apart',
        load: async () => (await import('./commands/locks.ts')).registerLocks,
      },
      {
        name: 'backup',
        summary: 'back up the database, the files of runs and the secret key into one file',
        load: async () => (await import('./commands/backup.ts')).registerBackup,
      },
      {
        name: 'restore',
        summary: 'replace the database and the files of runs by those of a backup',
        load: async () => (await import('./commands/backup.ts')).registerRestore,
      },
      {
        name: 'config',
        summary: 'show all settings of this process and their sources; secrets are hidden',
        load: async () => (await import('./commands/config.ts')).registerConfig,
      },
    ],
  },
  {
    title: 'Sign in',
    commands: [
      {
        name: 'login',
        summary: 'sign in to a server in the browser or with a token, and use it from now on',
        load: async () => (await import('./commands/login.ts')).registerLogin,
      },
      {
        name: 'logout',
        summary: 'sign out of a server: revoke and forget its token',
        load: async () => (await import('./commands/logout.ts')).registerLogout,
      },
      {
        name: 'context',
        summary: 'manage the servers that commands use by name',
        load: async () => (await import('./commands/context.ts')).registerContext,
      },
      {
        name: 'user',
        summary: 'manage the users who can sign in, and their roles',
        load: async () => (await import('./commands/user.ts')).registerUser,
      },
      {
        name: 'second-factor',
        summary: 'set up codes of an authenticator app for your sign-in, and recovery codes',
        load: async () => (await import('./commands/second-factor.ts')).registerSecondFactor,
      },
      {
        name: 'token',
        summary: 'manage API tokens, with which commands and programs sign in to the server',
        load: async () => (await import('./commands/token.ts')).registerToken,
      },
      {
        name: 'audit',
        summary: 'list changes and who made them, newest first',
        load: async () => (await import('./commands/audit.ts')).registerAudit,
      },
    ],
  },
  {
    title: 'Use the command line',
    commands: [
      {
        name: 'completion',
        summary: 'print the completion script of a shell: bash, zsh or fish',
        load: async () => (await import('./commands/completion.ts')).registerCompletion,
      },
      {
        name: 'complete',
        summary: 'print completions of a command line, for the scripts of `matre completion`',
        hidden: true,
        load: async () => (await import('./commands/complete.ts')).registerComplete,
      },
      {
        name: 'help',
        summary: 'display help for a command or a topic',
        load: async () => (await import('./commands/help.ts')).registerHelp,
      },
    ],
  },
];

/** All commands. */
export const commandTable: readonly CommandEntry[] = commandGroups.flatMap(({ commands }) => commands);
