import { setTimeout as pause } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { readFolderOwner } from '../../store/database/folder-lock.ts';
import type { Caller } from './caller.ts';
import { createRemoteCaller } from './remote.ts';

const delayMs = 150;
/** After this long a person wonders. */
const silentMs = 2_000;

/**
 * Finds who carries out a command: the server of MATRE_URL; else a server that runs on the data folder; else this process.
 * `say` tells a person what is waited for; `traceParent` is where the command
 * belongs in a trace. Errors: those of opening the data folder; CONFIG_INVALID.
 */
export async function connect(
  config: Config,
  { say, traceParent }: { say: (text: string) => void; traceParent: string | undefined },
): Promise<Caller> {
  const { url, token } = config.server;
  if (url !== undefined) {
    refuseCredentials(url);
    return createRemoteCaller({ url, token, traceParent });
  }
  // With a PostgreSQL nobody has to be found: every process may work on it.
  if (config.store.databaseUrl !== undefined) return openLocalCaller(config, traceParent);
  // A folder that is in use may be that of a server which is just starting, or of a short command.
  const began = performance.now();
  for (let said = false; ; ) {
    const owner = await readFolderOwner(config.store.dataFolder);
    if (owner?.url !== undefined) {
      return createRemoteCaller({ url: owner.url, token: owner.token ?? token, traceParent });
    }
    try {
      return await openLocalCaller(config, traceParent);
    } catch (error) {
      const waited = performance.now() - began;
      if (!isFault(error, 'DATA_FOLDER_IN_USE') || waited > config.store.folderWaitMs) throw error;
      if (!said && waited > silentMs) {
        say(`Waiting: ${error.message}`);
        said = true;
      }
      await pause(delayMs);
    }
  }
}

/** Loaded when it is needed: a command that talks to a server needs no database. */
async function openLocalCaller(config: Config, traceParent: string | undefined): Promise<Caller> {
  const local = await import('./local.ts');
  return local.openLocalCaller(config, traceParent);
}

function refuseCredentials(url: string): void {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return;
  throw new Fault('CONFIG_INVALID', 'MATRE_URL holds a user or a password; set MATRE_TOKEN instead.');
}
