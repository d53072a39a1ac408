import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { capture } from '../../src/engine/read-all.ts';
import { createLayout } from '../../src/mftf/container/layout.ts';
import { breaksEnvironment, done, type FaultKind, needs } from './fault-kind.ts';
import type { Harness } from './harness.ts';
import type { HarnessEnvironment } from './stores.ts';

const { generated } = createLayout('/var/www/html');
const needsDocker = ({ containers }: Harness) => needs(containers.docker, 'only with Docker');

/** Runs a command in the container of an environment, if it exists. */
async function inside(
  { engine }: Harness,
  { container }: HarnessEnvironment,
  ...argv: string[]
): Promise<void> {
  await capture(engine, container, argv).catch(() => {});
}

/** Continues the stopped processes of a container without the engine, if they still exist. */
function thaw(pid: number): void {
  if (!existsSync(`/proc/${pid}/cgroup`)) return;
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const group = (name: string) => lines.find((line) => line.split(':')[1] === name)?.split(':')[2];
  const old = `/sys/fs/cgroup/freezer${group('freezer')}/freezer.state`;
  const unified = `/sys/fs/cgroup${group('')}/cgroup.freeze`;
  if (existsSync(old)) writeFileSync(old, 'THAWED');
  else if (existsSync(unified)) writeFileSync(unified, '0');
}

export const containerFaults: FaultKind[] = [
  {
    on: 'container',
    name: 'container removed',
    mayBreak: breaksEnvironment(10, 'CONTAINER_VANISHED'),
    async begin({ engine }, { container }) {
      await engine.remove(container).catch(() => {});
      return done;
    },
  },
  {
    on: 'container',
    name: 'container killed',
    mayBreak: breaksEnvironment(10, 'CONTAINER_VANISHED'),
    unsupportedReason: needsDocker,
    async begin({ containers }, { container }) {
      await containers.docker
        ?.getContainer(container)
        .kill()
        .catch(() => {});
      return done;
    },
  },
  {
    on: 'container',
    name: 'container paused',
    // Docker starts no process in it ("is paused, unpause the container before exec").
    mayBreak: breaksEnvironment(10, 'RESULT_MISSING', 'CONTAINER_VANISHED'),
    unsupportedReason: needsDocker,
    durationMs: [1_000, 4_000],
    async begin({ containers }, { container }) {
      const dockerContainer = containers.docker?.getContainer(container);
      const pid = await dockerContainer?.inspect().then(
        ({ State }) => State.Pid,
        () => undefined,
      );
      await dockerContainer?.pause().catch(() => {});
      return () => {
        // Docker 20.10 cannot undo this when a process enters the container at that very moment.
        if (pid) thaw(pid);
        return dockerContainer?.unpause().catch(() => {});
      };
    },
  },
  {
    on: 'container',
    name: 'test processes killed',
    mayBreak: breaksEnvironment(10, 'RESULT_MISSING'),
    async begin(harness, environment) {
      await inside(harness, environment, 'sh', '/opt/matre/supervisor.sh', 'clear');
      return done;
    },
  },
  {
    on: 'container',
    name: 'supervisor killed',
    mayBreak: breaksEnvironment(10, 'RESULT_MISSING'),
    async begin(harness, environment) {
      await inside(harness, environment, 'pkill', '-9', '-f', 'supervisor.sh run');
      return done;
    },
  },
  {
    on: 'container',
    name: 'generated files deleted',
    mayBreak: breaksEnvironment(10, 'GENERATED_FILE_MISSING'),
    async begin(harness, environment) {
      await inside(harness, environment, 'sh', '-c', `rm -rf ${generated}/*`);
      return done;
    },
  },
  {
    on: 'container',
    name: 'tmpfs full',
    mayBreak: breaksEnvironment(10, 'DISK_FULL'),
    durationMs: [500, 2_000],
    async begin(harness, environment) {
      for (const folder of [generated, '/matre/run']) {
        await inside(harness, environment, 'dd', 'if=/dev/zero', `of=${folder}/filler`, 'bs=64k');
      }
      return async () => {
        await inside(harness, environment, 'rm', '-f', `${generated}/filler`, '/matre/run/filler');
      };
    },
  },
  {
    on: 'container',
    name: 'out of memory',
    mayBreak: breaksEnvironment(10, 'OUT_OF_MEMORY'),
    unsupportedReason: needsDocker,
    async begin(harness, environment) {
      await inside(harness, environment, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=400M', 'count=1');
      return done;
    },
  },
];
