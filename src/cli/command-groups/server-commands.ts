import type { CommandGroup } from '../cli-context.ts';

/** For who operates a server and gives access to it. */
export const serverCommands: readonly CommandGroup[] = [
  {
    title: 'Start and look after a server',
    commands: [
      {
        name: 'up',
        summary: 'start server, workers and scheduler in this process; nothing else is needed',
        load: async () => (await import('../commands/up.ts')).registerUp,
      },
      {
        name: 'demo',
        summary: 'start a demo: three sample environments and six runs; needs no settings',
        load: async () => (await import('../commands/demo.ts')).registerDemo,
      },
      {
        name: 'server',
        summary: 'start the server only: the page and the API; workers run in other processes',
        load: async () => (await import('../commands/server.ts')).registerServer,
      },
      {
        name: 'worker',
        summary: 'start workers only, for more processes and hosts',
        load: async () => (await import('../commands/worker.ts')).registerWorker,
      },
      {
        name: 'scheduler',
        summary: 'start a scheduler only; with several of them each time still fires once',
        load: async () => (await import('../commands/scheduler.ts')).registerScheduler,
      },
      {
        name: 'doctor',
        summary: 'check for all known problems, and show how to fix them',
        load: async () => (await import('../commands/doctor.ts')).registerDoctor,
      },
      {
        name: 'cests',
        summary: 'compare the Cests of matre with those of MFTF: what was compared, and what differs',
        load: async () => (await import('../commands/cests.ts')).registerCests,
      },
      {
        name: 'pool',
        summary: 'manage the containers that tests run in',
        load: async () => (await import('../commands/pool.ts')).registerPool,
      },
      {
        name: 'locks',
        summary: 'manage the locks that keep runs apart',
        load: async () => (await import('../commands/locks.ts')).registerLocks,
      },
      {
        name: 'retention',
        summary: 'show what is kept, and what retention would remove now',
        load: async () => (await import('../commands/retention.ts')).registerRetention,
      },
      {
        name: 'backup',
        summary: 'back up the database, the files of runs and the secret key into one file',
        load: async () => (await import('../commands/backup.ts')).registerBackup,
      },
      {
        name: 'restore',
        summary: 'replace the database and the files of runs by those of a backup',
        load: async () => (await import('../commands/backup.ts')).registerRestore,
      },
      {
        name: 'config',
        summary: 'show all settings of this process and their sources; secrets are hidden',
        load: async () => (await import('../commands/config.ts')).registerConfig,
      },
    ],
  },
  {
    title: 'Sign in',
    commands: [
      {
        name: 'login',
        summary: 'sign in to a server in the browser or with a token, and use it from now on',
        load: async () => (await import('../commands/login.ts')).registerLogin,
      },
      {
        name: 'logout',
        summary: 'sign out of a server: revoke and forget its token',
        load: async () => (await import('../commands/logout.ts')).registerLogout,
      },
      {
        name: 'context',
        summary: 'manage the servers that commands use by name',
        load: async () => (await import('../commands/context.ts')).registerContext,
      },
      {
        name: 'user',
        summary: 'manage the users who can sign in, and their roles',
        load: async () => (await import('../commands/user.ts')).registerUser,
      },
      {
        name: 'second-factor',
        summary: 'set up codes of an authenticator app for your sign-in, and recovery codes',
        load: async () => (await import('../commands/second-factor.ts')).registerSecondFactor,
      },
      {
        name: 'token',
        summary: 'manage API tokens, with which commands and programs sign in to the server',
        load: async () => (await import('../commands/token.ts')).registerToken,
      },
      {
        name: 'audit',
        summary: 'list changes and who made them, newest first',
        load: async () => (await import('../commands/audit.ts')).registerAudit,
      },
    ],
  },
];
