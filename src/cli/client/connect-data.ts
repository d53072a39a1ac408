import { resolve } from 'node:path';
import { delay } from '../../async/delay.ts';
import type { Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { readFolderOwner } from '../../store/database/folder-lock.ts';
import { hasDatabase, previewConfig } from '../../store/database/preview-folder.ts';
import type { Caller } from './caller.ts';
import { createRemoteCaller } from './remote.ts';
import { requester } from './requester.ts';
import type { Target } from './target.ts';

const retryDelayMs = 150;
/** A longer wait is reported to the user. */
const silentMs = 2_000;

const previewProject = 'project.preview';

/**
 * The operations with which an installation begins, so they may create a data folder, and the previews of these. All others would
 * have nothing to read or to change there.
 */
const firstOperations: ReadonlySet<string> = new Set([
  previewProject,
  'environments.add',
  'environments.import',
  'project.apply',
  'variables.set',
  'variables.import',
  'users.add',
  'tokens.create',
]);

export interface DataOptions {
  target: Extract<Target, { kind: 'local' }>;
  /** Gets a message for the user during a long wait. */
  notify: (text: string) => void;
  /** The trace of the command. */
  traceParent: string | undefined;
}

/**
 * Connects to the server that runs on the data folder, else opens the data folder, or the database of DATABASE_URL, in this process. A
 * folder without data stays untouched: only an operation with which an installation begins creates it, and any other is refused
 * (SERVER_NOT_CHOSEN). Errors: those of opening the data folder.
 */
export async function connectToData(config: Config, options: DataOptions): Promise<Caller> {
  // Any number of processes may use PostgreSQL, so there is no owner to look for.
  if (config.store.databaseUrl !== undefined) return openLocalCaller(config, options.traceParent);
  const { dataFolder } = config.store;
  const owner = await readFolderOwner(dataFolder);
  if (owner === undefined && !(await hasDatabase(dataFolder))) return emptyCaller(config, options);
  return connectToFolder(config, options);
}

/** Connects to the server that runs on the data folder; `undefined` without one. */
export async function connectToOwner(config: Config): Promise<Caller | undefined> {
  if (config.store.databaseUrl !== undefined) return undefined;
  const owner = await readFolderOwner(config.store.dataFolder);
  return owner?.url === undefined ? undefined : callerOf(owner.url, owner.token, config, undefined);
}

async function connectToFolder(config: Config, { notify, traceParent }: DataOptions): Promise<Caller> {
  // The owner of the data folder may be a server that is just starting, or another short command.
  const startedAt = performance.now();
  for (let notified = false; ; ) {
    const owner = await readFolderOwner(config.store.dataFolder);
    if (owner?.url !== undefined) {
      return callerOf(owner.url, owner.token, config, traceParent);
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

/** A caller of the server that runs on the data folder. */
function callerOf(
  url: string,
  token: string | undefined,
  config: Config,
  traceParent: string | undefined,
): Caller {
  return createRemoteCaller({
    ...{ url, token: token ?? config.server.token, traceParent },
    requester: requester(process.env),
  });
}

/**
 * A caller for a folder without data, which it opens and so creates with the first operation that may begin an installation. A
 * preview of such an operation is made on a temporary folder.
 */
function emptyCaller(config: Config, options: DataOptions): Caller {
  let opened: Promise<Caller> | undefined;
  let preview: Promise<Caller> | undefined;
  const refuse = (): never => {
    const folder = resolve(config.store.dataFolder);
    const server = options.target.chosen
      ? '--context local names no server'
      : 'MATRE_URL is not set, no context is in use';
    throw new Fault(
      'SERVER_NOT_CHOSEN',
      `There is neither a server nor data here: ${server}, and the data folder ${folder} has no database.`,
    );
  };
  const openPreview = async () => {
    const temporary = await previewConfig(config);
    try {
      const caller = await openLocalCaller(temporary.config, options.traceParent);
      return { ...caller, close: () => caller.close().finally(temporary.remove) };
    } catch (error) {
      await temporary.remove();
      throw error;
    }
  };
  return {
    url: undefined,
    async call(operation, input) {
      if (opened === undefined && !firstOperations.has(operation.name)) refuse();
      if (opened === undefined && isPreview(operation.name, input)) {
        preview ??= openPreview();
        return (await preview).call(operation, input);
      }
      opened ??= connectToFolder(config, options);
      return (await opened).call(operation, input);
    },
    async readAllureReport(page) {
      return (await (opened ?? refuse())).readAllureReport(page);
    },
    async onRunChange(callback) {
      return (await (opened ?? refuse())).onRunChange(callback);
    },
    async onChange(callback) {
      return (await (opened ?? refuse())).onChange(callback);
    },
    async close() {
      // The operation that opened it has reported why it could not be opened.
      for (const each of [opened, preview]) {
        const caller = await each?.catch(() => undefined);
        await caller?.close();
      }
    },
  };
}

const isPreview = (operation: string, input: { dryRun?: unknown }) =>
  operation === previewProject || input.dryRun === true;

/** Imported on demand: a command that talks to the server of the data folder needs no database. */
async function openLocalCaller(config: Config, traceParent: string | undefined): Promise<Caller> {
  const local = await import('./local.ts');
  return local.openLocalCaller(config, traceParent);
}
