import type { PoolEvent } from '../pool/pool.ts';

/** What runs mend by themselves: the codes of events that `matre show` lists, and what people see without them. */
export const selfRepairs: Record<
  PoolEvent['code'] | 'GENERATED_FILE_RESTORED' | 'TRIED_AGAIN' | 'WORKER_LOST',
  { symptoms?: string; means: string }
> = {
  CONTAINER_CREATED: { means: 'The environment had no container, and one was made.' },
  CONTAINER_STARTED: { means: 'The container was stopped, and was started again; its tmpfs are empty then.' },
  CONTAINER_REPLACED: {
    symptoms:
      'stale containers after code or configuration changes; a mount that shows an old, empty folder; container with given ID already exists',
    means:
      'The container was not what it should be, and was replaced before the run; the reason stands beside it.',
  },
  CONTAINER_NAME_FREED: {
    symptoms: 'the container name is still taken by a dead container',
    means: 'A dead container of ours held the name. It was removed, and the container was made after all.',
  },
  LEFTOVERS_CLEARED: {
    symptoms: 'processes from an earlier run are still alive',
    means:
      'They were ended before anything of this run began. Only those that carry the mark of a run of ours are touched.',
  },
  GENERATED_FILE_RESTORED: {
    symptoms:
      'the first test fails with file_get_contents(.../_generated/...Cest.php): Failed to open stream',
    means:
      'A generated file was gone when its test should start. It was brought back, and the test was executed.',
  },
  TRIED_AGAIN: {
    symptoms: 'a service was restarted during a run',
    means: 'The run was broken for a reason that may pass, and its open tests were executed again.',
  },
  WORKER_LOST: {
    symptoms: 'a worker was killed, or hung',
    means:
      'Its test processes ended with it, its browsers were closed, and another worker went on with the open tests.',
  },
};
