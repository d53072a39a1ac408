import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes whose processor time is counted together, those that have ended included: a cgroup of Linux. */
export interface ProcessorGroup {
  /** A process that writes its number into this file belongs to the group, with all that it starts. */
  joinFile: string;
  /** Milliseconds of processor time, of user and system. */
  usedMs(): number;
  /** When all its processes have ended. */
  remove(): void;
}

/** Creates an empty group. Throws where cgroups cannot be written, as without root. */
export function createProcessorGroup(name: string): ProcessorGroup {
  // Version 1 has a folder for each controller, version 2 one for all.
  const isVersion1 = existsSync('/sys/fs/cgroup/cpuacct/cpuacct.usage');
  const folder = join(isVersion1 ? '/sys/fs/cgroup/cpuacct' : '/sys/fs/cgroup', name);
  try {
    mkdirSync(folder);
  } catch (error) {
    throw new Error(`${folder} cannot be created, and processor time is counted by cgroups`, {
      cause: error,
    });
  }
  return {
    joinFile: join(folder, 'cgroup.procs'),
    usedMs() {
      if (isVersion1) return Number(readFileSync(join(folder, 'cpuacct.usage'), 'utf8')) / 1e6;
      const [, microseconds] =
        /^usage_usec (\d+)/m.exec(readFileSync(join(folder, 'cpu.stat'), 'utf8')) ?? [];
      return Number(microseconds) / 1e3;
    },
    remove: () => rmdirSync(folder),
  };
}

/** Moves this process into a group. */
export function joinGroup(joinFile: string): void {
  writeFileSync(joinFile, String(process.pid));
}

/** Processor time of one process alone, in milliseconds, in steps of 10. */
export function processorMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return fields.slice(11, 13).reduce((sum, field) => sum + Number(field), 0) * 10;
}
