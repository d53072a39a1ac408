import { posix } from 'node:path';
import { maxTreeMs } from '../../model/limits.ts';
import type { Threads } from '../../threads/threads.ts';
import type { Layout } from '../container/layout.ts';
import { readModuleNames } from './module-names.ts';

/** As `moduleNames`, in a worker thread. Errors: MODULE_INVALID, TREE_TOO_LARGE, TREE_TIMEOUT. */
export function listModuleNames(
  readers: Threads,
  checkout: { id: string; path: string },
  { root, module }: Layout,
): Promise<string[]> {
  const request = { checkout: checkout.path, target: posix.relative(root, module) };
  const options = { subject: `the test module at ${checkout.id}`, limitMs: maxTreeMs };
  return readers.run(readModuleNames, request, options);
}
