import { breaksNothing, breaksProcess, done, type FaultKind, needs } from './fault-kind.ts';
import type { Harness } from './harness.ts';

const needsFaketime = ({ workers }: Harness) => needs(workers.canMoveClocks, 'libfaketime is not installed');

/** A lease of 3 s, a second more, and a second to the next check are 5 s; 6 s were seen, and a busy machine adds to it. */
const takeoverS = 12;

export const workerFaults: FaultKind[] = [
  {
    on: 'worker',
    name: 'worker killed',
    mayBreak: breaksProcess(takeoverS, 'WORKER_LOST'),
    begin: (_, worker) => {
      worker.signal('SIGKILL');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker stopped past its lease, continues',
    mayBreak: breaksProcess(takeoverS, 'WORKER_LOST', 'RESULT_MISSING'),
    durationMs: [4_000, 6_000],
    begin(_, worker) {
      worker.signal('SIGSTOP');
      return () => worker.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker stopped for a moment',
    mayBreak: breaksProcess(takeoverS, 'RESULT_MISSING'),
    durationMs: [500, 1_500],
    begin(_, worker) {
      worker.signal('SIGSTOP');
      return () => worker.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker asked to stop',
    mayBreak: breaksNothing,
    begin: (_, worker) => {
      worker.signal('SIGTERM');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker asked twice to stop',
    mayBreak: breaksNothing,
    durationMs: [50, 500],
    begin(_, worker) {
      const { pid } = worker;
      worker.signal('SIGTERM');
      return () => {
        if (worker.pid === pid) worker.signal('SIGTERM');
      };
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour ahead',
    mayBreak: breaksNothing,
    durationMs: [2_000, 5_000],
    unsupportedReason: needsFaketime,
    begin(_, worker) {
      worker.moveClock(3600);
      return () => worker.moveClock(0);
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour behind',
    mayBreak: breaksNothing,
    durationMs: [2_000, 5_000],
    unsupportedReason: needsFaketime,
    begin(_, worker) {
      worker.moveClock(-3600);
      return () => worker.moveClock(0);
    },
  },
];
