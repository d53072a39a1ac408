import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../../faults/fault.ts';
import { exists } from '../../files/exists.ts';
import { ifPresent } from '../../files/missing-file.ts';
import type { Engine } from '../engine.ts';
import { hostIdentity } from '../identity.ts';
import { readAll } from '../read-all.ts';
import { treeArguments } from './arguments.ts';
import { assertNoLinks } from './assert-no-links.ts';
import { isRoot } from './confinement.ts';
import { startExec } from './exec.ts';
import { fillFolder } from './fill-folder.ts';
import { giveTmpfsToTests } from './give-to-tests.ts';
import { folderId, imageFolder } from './image.ts';
import { endKeeper, startKeeper } from './keeper.ts';
import { createMemoryGuard } from './memory.ts';
import { identify } from './process.ts';
import { findPrograms } from './programs.ts';
import { readSandbox, runningKeeper, type Sandbox, toInfo, writeContainer, writeKeeper } from './record.ts';

/** Docker's rule. A name is a folder here, so it must not lead out of ours. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/**
 * Containers of bubblewrap, for machines without Docker: they have their own namespaces for files, processes, users, host name
 * and IPC, and share the network of the machine. Their processes have no privileges, see `enterSandbox`; docs/security.md says
 * what they reach all the same. `folder` contains them all.
 *
 * A sandbox runs as long as the process that created or started it; then its state is `stopped`. Other processes of the same
 * user can use it meanwhile.
 */
export function createSandboxEngine({ folder }: { folder: string }): Engine {
  const memory = createMemoryGuard();

  async function find(idOrName: string): Promise<Sandbox | undefined> {
    const named = namePattern.test(idOrName) ? await readSandbox(join(folder, idOrName)) : undefined;
    return named ?? (await all()).find(({ container }) => container.id === idOrName);
  }

  async function all(): Promise<Sandbox[]> {
    const names = await readdir(folder).catch(() => []);
    const sandboxes = await Promise.all(
      names.filter((name) => namePattern.test(name)).map((name) => readSandbox(join(folder, name))),
    );
    return sandboxes.filter((sandbox) => sandbox !== undefined);
  }

  async function run(sandbox: Sandbox): Promise<Sandbox> {
    const { spec } = sandbox.container;
    await assertNoLinks(sandbox.folder, spec);
    const tree = treeArguments(spec, await imageFolder(spec.image), sandbox.folder);
    const keeper = await startKeeper(findPrograms(), spec.name, tree);
    try {
      await giveTmpfsToTests(keeper.init.pid, spec);
      await writeKeeper(sandbox.folder, keeper);
    } catch (error) {
      await endKeeper(spec.name, keeper);
      throw error;
    }
    return { ...sandbox, keeper };
  }

  async function discard(path: string): Promise<void> {
    // Renamed first: an interrupted removal leaves no half of a sandbox under its name.
    const aside = join(folder, `.gone-${process.pid}-${randomBytes(6).toString('hex')}`);
    await rename(path, aside);
    await rm(aside, { recursive: true, force: true });
  }

  return {
    kind: 'sandbox',
    identity: async () => hostIdentity(hostname(), folder),
    imageId: folderId,

    async describe() {
      const programs = findPrograms();
      const keeper = await startKeeper(programs, 'matre-probe', ['--ro-bind', '/', '/', '--proc', '/proc']);
      await endKeeper('matre-probe', keeper);
      const version = spawn(programs.bwrap, ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
      const user = isRoot() ? 'root' : 'an ordinary user';
      return `${(await readAll(version.stdout)).trim()}, as ${user}, in ${folder}`;
    },

    async create(spec) {
      if (!namePattern.test(spec.name)) {
        throw new Fault('INPUT_INVALID', `${JSON.stringify(spec.name)} is not a valid name of a sandbox.`);
      }
      const target = join(folder, spec.name);
      const nameTaken = () => new Fault('CONTAINER_NAME_TAKEN', `There is a sandbox ${spec.name} already.`);
      if (await exists(target)) throw nameTaken();
      const imageId = await folderId(spec.image);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await clearAbandoned(folder);
      const id = randomBytes(16).toString('hex');
      const draft = join(folder, `.new-${process.pid}-${id}`);
      try {
        await mkdir(draft, { mode: 0o700 });
        await fillFolder(draft, spec);
        await writeContainer(draft, { id, imageId, createdAt: new Date().toISOString(), spec });
        // The first process to rename gets the name: `rename` does not replace a folder that is not empty.
        await rename(draft, target).catch(() => {
          throw nameTaken();
        });
      } catch (error) {
        await rm(draft, { recursive: true, force: true });
        throw error;
      }
      const sandbox = await readSandbox(target);
      if (!sandbox)
        throw new Fault('ENGINE_FAILED', `The sandbox ${spec.name} vanished while it was being created.`);
      try {
        return toInfo(await run(sandbox));
      } catch (error) {
        await discard(target).catch(() => {});
        throw error;
      }
    },

    async start(id) {
      const sandbox = await find(id);
      if (!sandbox) throw new Fault('CONTAINER_VANISHED', `There is no sandbox ${id}.`);
      if (!runningKeeper(sandbox)) await run(sandbox);
    },

    async inspect(idOrName) {
      const sandbox = await find(idOrName);
      return sandbox && toInfo(sandbox);
    },

    async list(labels) {
      const required = Object.entries(labels);
      return (await all())
        .map(toInfo)
        .filter((info) => required.every(([name, value]) => info.labels[name] === value));
    },

    async remove(idOrName) {
      const sandbox = await find(idOrName);
      if (!sandbox) return false;
      if (sandbox.keeper) await endKeeper(sandbox.container.spec.name, sandbox.keeper);
      // Another process may have removed it meanwhile.
      await ifPresent(discard(sandbox.folder));
      return true;
    },

    // A folder that cannot be removed is an error each time.
    listDead: async () => [],

    async exec(id, request) {
      const sandbox = await find(id);
      if (!sandbox) throw new Fault('CONTAINER_VANISHED', `There is no sandbox ${id}.`);
      return startExec(findPrograms(), memory, sandbox, request);
    },

    async close() {},
  };
}

/** Removes the folders that dead processes left half-done: `.new-PID-...` and `.gone-PID-...`. */
async function clearAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = /^\.(?:new|gone)-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && !identify(Number(pid))) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
