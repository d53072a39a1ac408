import { delay } from '../../async/delay.ts';
import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { readFolderOwner } from '../../store/database/folder-lock.ts';
import type { Caller } from './caller.ts';
import { createRemoteCaller } from './remote.ts';

const retryDelayMs = 150;
/** A longer wait is reported to the user. */
const silentMs = 2_000;

/**
 * Connects to the server of MATRE_URL; without one, to the server that runs on the data folder; else opens the data folder in this
 * process. `notify` gets a message for the user during a long wait; `traceParent` is the trace of the command. Errors:
 * CONFIG_INVALID, and those of opening the data folder.
 */
export async function connect(
  config: Config,
  { notify, traceParent }: { notify: (text: string) => void; traceParent: string | undefined },
): Promise<Caller> {
  const { url, token } = config.server;
  if (url !== undefined) {
    refuseCredentials(url);
    return createRemoteCaller({ url, token, traceParent });
  }
  // Any number of processes may use PostgreSQL, so there is no owner to look for.
  if (config.store.databaseUrl !== undefined) return openLocalCaller(config, traceParent);
  // The owner of the data folder may be a server that is just starting, or another short command.
  const startedAt = performance.now();
  for (let notified = false; ; ) {
    const owner = await readFolderOwner(config.store.dataFolder);
    if (owner?.url !== undefined) {
      return createRemoteCaller({ url: owner.url, token: owner.token ?? token, traceParent });
    }
    try {
      return await openLocalCaller(config, traceParent);
    } catch (error) {
      const waitedMs = performance.now() - startedAt;
      if (!isFault(error, 'DATA_FOLDER_IN_USE') || waitedMs > config.store.folderWaitMs) throw error;
      if (!notified && waitedMs > silentMs) {
        notify(`Waiting: ${error.message}`);
        notified = true;
      }
      await delay(retryDelayMs);
    }
  }
}

/** Imported on demand: a command that talks to a server needs no database. */
async function openLocalCaller(config: Config, traceParent: string | undefined): Promise<Caller> {
  const local = await import('./local.ts');
  return local.openLocalCaller(config, traceParent);
}

function refuseCredentials(url: string): void {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return;
  throw new Fault('CONFIG_INVALID', 'MATRE_URL contains a user or a password; set MATRE_TOKEN instead.');
}
