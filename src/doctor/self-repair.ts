import type { PoolEvent } from '../pool/pool.ts';

/** What runs repair without help: the codes of events that `matre show` lists, and the symptoms that users would see otherwise. */
export const selfRepairs: Record<
  | PoolEvent['code']
  | 'GENERATED_FILE_RESTORED'
  | 'OUTPUT_LEFT_OUT'
  | 'TRIED_AGAIN'
  | 'FAILED_RETRIED'
  | 'RETRIED_BY_USER'
  | 'CHANGED_TESTS'
  | 'VERDICT_DECIDED'
  | 'CANCELLED'
  | 'WORKER_LOST',
  { symptoms?: string; means: string }
> = {
  CONTAINER_CREATED: { means: 'The environment had no container, so the run created it.' },
  CONTAINER_STARTED: { means: 'The container was stopped, so the run started it; its tmpfs are empty then.' },
  CONTAINER_REPLACED: {
    symptoms:
      'stale containers after code or configuration changes; a mount that shows an old, empty folder; container with given ID already exists',
    means: 'The container was stale or unhealthy, so the run replaced it first; the event gives the reason.',
  },
  CONTAINER_NAME_FREED: {
    symptoms: 'the container name is still taken by a dead container',
    means: 'A dead container of ours held the name. The run removed it, and created its container.',
  },
  LEFTOVERS_CLEARED: {
    symptoms: 'processes from an earlier run are still alive',
    means:
      'The run ended them before it began. It touches only processes that carry the run token of one of our runs.',
  },
  LOCK_VALUE_FOREIGN: {
    symptoms: 'a run stays in the phase preparing, and its environment is free',
    means:
      'Redis has a value of another program in the place of a lock. The run waits until it is gone: `matre doctor --fix` renames it.',
  },
  GENERATED_FILE_RESTORED: {
    symptoms:
      'the first test fails with file_get_contents(.../_generated/...Cest.php): Failed to open stream',
    means:
      'A generated file was missing when its test should start. The run restored it, and executed the test.',
  },
  OUTPUT_LEFT_OUT: {
    symptoms: 'links, pipes or files of hundreds of megabytes in the output folder of a test',
    means:
      'A test wrote what matre does not keep: links, pipes, or more than 256 MiB. Its verdict and its other files are kept.',
  },
  TRIED_AGAIN: {
    symptoms: 'a service was restarted during a run',
    means: 'A transient fault broke the run, so its open tests were executed again.',
  },
  FAILED_RETRIED: {
    means: 'Failed tests are executed again in another attempt, as the run or a setting allows.',
  },
  RETRIED_BY_USER: {
    means: 'A user requested another attempt with the tests that did not succeed.',
  },
  CHANGED_TESTS: {
    means: 'The run covers only the tests of its selection that differ from an earlier commit.',
  },
  VERDICT_DECIDED: {
    means:
      'The verdict is decided, and only hooks after the tests are left. They may end in a later attempt, which executes no test.',
  },
  CANCELLED: {
    means: 'A user cancelled the run, or a later firing of its schedule replaced it.',
  },
  WORKER_LOST: {
    symptoms: 'a worker was killed, or hung',
    means:
      'Its test processes ended with it, its browser sessions were closed, and another worker executed the open tests.',
  },
};
