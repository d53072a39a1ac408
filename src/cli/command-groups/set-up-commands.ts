import type { CommandGroup } from '../cli-context.ts';

/** Commands that decide what runs where and when, and who gets messages. */
export const setUpCommands: readonly CommandGroup[] = [
  {
    title: 'Set up',
    commands: [
      {
        name: 'env',
        summary: 'manage environments: the shops that tests run against',
        load: async () => (await import('../commands/env/env.ts')).registerEnv,
      },
      {
        name: 'variable',
        summary: 'manage variables: descriptions, users, bulk changes, comparisons, rotation of secrets',
        load: async () => (await import('../commands/variable/variable.ts')).registerVariable,
      },
      {
        name: 'hook',
        summary: 'manage hooks: commands and HTTP requests before and after the tests of runs',
        load: async () => (await import('../commands/hook/hook.ts')).registerHook,
      },
      {
        name: 'saved',
        summary: 'manage saved selections: tests, environments and options under a name',
        load: async () => (await import('../commands/saved/saved.ts')).registerSaved,
      },
      {
        name: 'schedule',
        summary: 'manage schedules, which submit runs at set times',
        load: async () => (await import('../commands/schedule/schedule.ts')).registerSchedule,
      },
      {
        name: 'apply',
        summary: 'make environments, saved selections, schedules and hooks as a matre.yml says',
        load: async () => (await import('../commands/apply.ts')).registerApply,
      },
      {
        name: 'import',
        summary: 'import the data of php-matre, or results of other tools',
        load: async () => (await import('../commands/import/import.ts')).registerImport,
      },
    ],
  },
  {
    title: 'Tell people',
    commands: [
      {
        name: 'channel',
        summary: 'manage channels: where messages about runs go',
        load: async () => (await import('../commands/channel/channel.ts')).registerChannel,
      },
      {
        name: 'rule',
        summary: 'manage rules: which submissions and alerts are announced on which channel',
        load: async () => (await import('../commands/rule/rule.ts')).registerRule,
      },
      {
        name: 'template',
        summary: 'manage templates: the words of messages',
        load: async () => (await import('../commands/template/template.ts')).registerTemplate,
      },
      {
        name: 'messages',
        summary: 'list messages to channels: sent, waiting or given up, and why rules sent none',
        load: async () => (await import('../commands/messages.ts')).registerMessages,
      },
      {
        name: 'alerts',
        summary: 'list what an operator must act on: full disks, lost workers, broken environments',
        load: async () => (await import('../commands/alerts.ts')).registerAlerts,
      },
    ],
  },
];
