import type { Config } from '../../config/config.ts';
import type { Caller } from './caller.ts';
import type { DataOptions } from './connect-data.ts';
import { createRemoteCaller } from './remote.ts';
import type { Target } from './target.ts';

interface ConnectOptions extends Omit<DataOptions, 'target'> {
  target: Target;
}

/**
 * Connects to the server of the target, for which `loadConfig` is not called; without one to the data, see `connectToData`. Errors:
 * those of `loadConfig` and `connectToData`.
 */
export async function connect(loadConfig: () => Promise<Config>, options: ConnectOptions): Promise<Caller> {
  const { target, traceParent } = options;
  if (target.kind === 'server')
    return createRemoteCaller({ url: target.url, token: target.token, traceParent });
  // Imported on demand: a command that talks to a server needs no data folder.
  const { connectToData } = await import('./connect-data.ts');
  return connectToData(await loadConfig(), { ...options, target });
}

/**
 * Connects to the server of the target, or to the one that runs on the data folder; `undefined` without a server. Opens nothing
 * else, and waits for nothing.
 */
export async function connectToServer(
  loadConfig: () => Promise<Config>,
  target: Target,
): Promise<Caller | undefined> {
  if (target.kind === 'server')
    return createRemoteCaller({ url: target.url, token: target.token, traceParent: undefined });
  const { connectToOwner } = await import('./connect-data.ts');
  return connectToOwner(await loadConfig());
}
