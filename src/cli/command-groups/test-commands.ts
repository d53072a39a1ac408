import type { CommandGroup } from '../cli-context.ts';

/** For who runs tests: runs, their results, and the tests themselves. */
export const testCommands: readonly CommandGroup[] = [
  {
    title: 'Run tests',
    commands: [
      {
        name: 'run',
        summary: 'submit a run for each environment',
        load: async () => (await import('../commands/run.ts')).registerRun,
      },
      {
        name: 'watch',
        summary: 'wait until runs are finished; the exit code is their verdict',
        load: async () => (await import('../commands/watch.ts')).registerWatch,
      },
      {
        name: 'retry',
        summary: 'submit a finished run again',
        load: async () => (await import('../commands/retry.ts')).registerRetry,
      },
      {
        name: 'cancel',
        summary: 'cancel a run that is queued or running',
        load: async () => (await import('../commands/cancel.ts')).registerCancel,
      },
      {
        name: 'priority',
        summary: 'change the priority of a queued run within its environment',
        load: async () => (await import('../commands/priority.ts')).registerPriority,
      },
      {
        name: 'pin',
        summary: 'keep a run from being removed by retention',
        load: async () => (await import('../commands/pin.ts')).registerPin,
      },
      {
        name: 'unpin',
        summary: 'let retention remove a run again',
        load: async () => (await import('../commands/pin.ts')).registerUnpin,
      },
      {
        name: 'reserve',
        summary: 'keep an environment for you: after a run, from a time or now, until a time',
        load: async () => (await import('../commands/reserve.ts')).registerReserve,
      },
      {
        name: 'reservations',
        summary: 'list, extend, shorten and end reservations of environments',
        load: async () => (await import('../commands/reservations.ts')).registerReservations,
      },
    ],
  },
  {
    title: 'See what happened',
    commands: [
      {
        name: 'status',
        summary: 'show what is wrong, what waits and why, and what each environment is doing',
        load: async () => (await import('../commands/status.ts')).registerStatus,
      },
      {
        name: 'list',
        summary: 'list runs, newest first',
        load: async () => (await import('../commands/list.ts')).registerList,
      },
      {
        name: 'show',
        summary: 'show runs: what failed and why, with what to do; then results, events and files',
        load: async () => (await import('../commands/show.ts')).registerShow,
      },
      {
        name: 'log',
        summary: 'print the log of a run or of one of its tests',
        load: async () => (await import('../commands/log.ts')).registerLog,
      },
      {
        name: 'submission',
        summary: 'show what was requested together: what is new, fixed, known, flaky or slower, and where',
        load: async () => (await import('../commands/submission.ts')).registerSubmission,
      },
      {
        name: 'compare',
        summary: 'compare two runs, submissions, environments or commits: what differs, and how',
        load: async () => (await import('../commands/compare.ts')).registerCompare,
      },
      {
        name: 'trends',
        summary:
          'show pass rate, durations and waiting by week, and tests that are slow, grew, or never fail',
        load: async () => (await import('../commands/trends.ts')).registerTrends,
      },
      {
        name: 'report',
        summary: 'report runs as JUnit, CSV, JSON, Markdown, or for Allure',
        load: async () => (await import('../commands/report.ts')).registerReport,
      },
      {
        name: 'annotate',
        summary: 'report finished runs to GitHub Actions: annotations, a summary and outputs',
        load: async () => (await import('../commands/annotate.ts')).registerAnnotate,
      },
    ],
  },
  {
    title: 'Judge failures',
    commands: [
      {
        name: 'quarantine',
        summary: 'quarantine flaky tests: until a date, their known failures do not decide verdicts',
        load: async () => (await import('../commands/quarantine.ts')).registerQuarantine,
      },
      {
        name: 'note',
        summary: 'note what is known about causes of failures: kind, issue and owner',
        load: async () => (await import('../commands/note.ts')).registerNote,
      },
    ],
  },
  {
    title: 'Know the tests',
    commands: [
      {
        name: 'tests',
        summary: 'list the tests, groups and suites that can be run',
        load: async () => (await import('../commands/tests.ts')).registerTests,
      },
      {
        name: 'steps',
        summary: 'show the steps of a test as MFTF runs them, and where each comes from',
        load: async () => (await import('../commands/steps.ts')).registerSteps,
      },
      {
        name: 'changed',
        summary: 'list the tests that differ from another commit of the test module, and why',
        load: async () => (await import('../commands/changed.ts')).registerChanged,
      },
      {
        name: 'lint',
        summary: 'check the XML of a test module: unknown references, selectors, sleeps, unused parts',
        load: async () => (await import('../commands/lint.ts')).registerLint,
      },
      {
        name: 'used-by',
        summary: 'show who uses an action group, data, an element, a page or a variable, and in which tests',
        load: async () => (await import('../commands/used-by.ts')).registerUsedBy,
      },
    ],
  },
];
