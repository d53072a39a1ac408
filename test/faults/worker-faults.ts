import { done, type FaultKind, needs } from './fault-kind.ts';
import type { Harness } from './harness.ts';

const needsFaketime = ({ workers: crew }: Harness) =>
  needs(crew.canMoveClocks, 'libfaketime is not installed');

export const workerFaults: FaultKind[] = [
  {
    on: 'worker',
    name: 'worker killed',
    begin: (_, post) => {
      post.signal('SIGKILL');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker stopped past its lease, goes on',
    lasts: [4_000, 6_000],
    begin(_, post) {
      post.signal('SIGSTOP');
      return () => post.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker stopped for a moment',
    lasts: [500, 1_500],
    begin(_, post) {
      post.signal('SIGSTOP');
      return () => post.signal('SIGCONT');
    },
  },
  {
    on: 'worker',
    name: 'worker asked to stop',
    begin: (_, post) => {
      post.signal('SIGTERM');
      return done;
    },
  },
  {
    on: 'worker',
    name: 'worker asked twice to stop',
    lasts: [50, 500],
    begin(_, post) {
      const { pid } = post;
      post.signal('SIGTERM');
      return () => {
        if (post.pid === pid) post.signal('SIGTERM');
      };
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour ahead',
    lasts: [2_000, 5_000],
    notBecause: needsFaketime,
    begin(_, post) {
      post.moveClock(3600);
      return () => post.moveClock(0);
    },
  },
  {
    on: 'worker',
    name: 'clock of a worker an hour behind',
    lasts: [2_000, 5_000],
    notBecause: needsFaketime,
    begin(_, post) {
      post.moveClock(-3600);
      return () => post.moveClock(0);
    },
  },
];
