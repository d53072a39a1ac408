import { ErrorReply } from 'redis';
import type { StoreMemory } from '../lock.ts';
import type { RedisClient } from './connection.ts';

/**
 * What a Redis says of its memory. INFO has all but the snapshots, which only CONFIG tells: a managed Redis usually refuses
 * that, and a user may be allowed neither.
 */
export async function readMemory(client: RedisClient): Promise<StoreMemory | undefined> {
  const [info, config] = await Promise.all([
    unlessRefused(client.info()),
    unlessRefused(client.configGet('save')),
  ]);
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

/** An answer that is an error is a refusal; the lack of an answer is for the caller. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ErrorReply) return undefined;
    throw error;
  }
}
