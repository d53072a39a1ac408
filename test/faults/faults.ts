import { waitFor } from '../support/wait-for.ts';
import { containerFaults } from './container-faults.ts';
import { breaksEnvironment, type FaultKind, needs } from './fault-kind.ts';
import type { Harness } from './harness.ts';
import { postgresFaults, redisFaults } from './store-faults.ts';
import { workerFaults } from './worker-faults.ts';

const needsOwnEngine = ({ containers }: Harness) =>
  needs(containers.own, 'the engine is not ours to restart; ENGINE=own, as root, starts one');

const restartOfEngine = (name: string, signal: 'SIGTERM' | 'SIGKILL'): FaultKind => ({
  on: 'engine',
  name,
  // While it ends, it refuses requests, and containers whose files it has removed already.
  mayBreak: breaksEnvironment(12, 'CONTAINER_VANISHED', 'ENGINE_UNREACHABLE', 'ENGINE_FAILED'),
  durationMs: [100, 1_000],
  unsupportedReason: needsOwnEngine,
  async begin({ containers: { own } }) {
    await own?.end(signal);
    return () => own?.start();
  },
});

const otherFaults: FaultKind[] = [
  restartOfEngine('Docker Engine restarted', 'SIGTERM'),
  restartOfEngine('Docker Engine killed, back again', 'SIGKILL'),
  {
    on: 'disk',
    name: 'data folder full',
    mayBreak: breaksEnvironment(10, 'DISK_FULL'),
    durationMs: [1_000, 3_000],
    unsupportedReason: ({ disk }) => needs(disk, 'a small file system could not be mounted: not root'),
    async begin({ disk }) {
      await disk?.fill();
      return () => disk?.free();
    },
  },
  {
    on: 'embedded',
    name: 'process with the embedded database killed during a write',
    mayBreak: breaksEnvironment(12, 'WORKER_LOST'),
    durationMs: [0, 0],
    unsupportedReason: ({ embedded }) => needs(embedded, 'no such installation'),
    async begin({ embedded }, _, random) {
      await embedded?.killInMidWrite(random);
      return () => waitFor(() => embedded?.workers.processes.every(({ ready }) => ready));
    },
  },
];

export const faultKinds: FaultKind[] = [
  ...workerFaults,
  ...containerFaults,
  ...postgresFaults,
  ...redisFaults,
  ...otherFaults,
];
