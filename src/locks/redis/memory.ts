import { ErrorReply } from 'redis';
import type { StoreMemory } from '../lock.ts';
import type { RedisClient } from './connection.ts';

/**
 * Reads how reliably a Redis keeps its data; `undefined` when it refuses INFO. INFO has all but the snapshots, which only CONFIG
 * reports: a managed Redis usually refuses that, and a user may lack the right to either.
 */
export async function readMemory(client: RedisClient): Promise<StoreMemory | undefined> {
  const [info, config] = await Promise.all([ifAllowed(client.info()), ifAllowed(client.configGet('save'))]);
  if (info === undefined) return undefined;
  const value = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const policy = value('maxmemory_policy');
  if (policy === undefined) return undefined;
  return {
    policy,
    limitBytes: Number(value('maxmemory') ?? 0),
    journal: value('aof_enabled') === '1',
    snapshots: config?.['save'] === undefined ? undefined : config['save'] !== '',
  };
}

/** The response; `undefined` when Redis refuses the command. Connection errors reject. */
async function ifAllowed<T>(response: Promise<T>): Promise<T | undefined> {
  try {
    return await response;
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
