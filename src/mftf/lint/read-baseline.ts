import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMissingFile } from '../../files/missing-file.ts';
import { maxTreeFileBytes } from '../../model/limits.ts';
import { lintBaselineFile, parseLintBaseline } from '../../model/lint-baseline.ts';

/** The findings that a test module has accepted with a file in its root, or why that file cannot be read. */
export type CommittedBaseline = { fingerprints: string[] } | { problem: string };

/** Reads the baseline of a checkout; `undefined` when it has none. Synchronously, so only in a worker thread. */
export function readBaseline(checkout: string): CommittedBaseline | undefined {
  const path = join(checkout, lintBaselineFile);
  try {
    const stats = lstatSync(path);
    // A link could lead out of the checkout.
    if (!stats.isFile()) return { problem: `${lintBaselineFile} is no file.` };
    if (stats.size > maxTreeFileBytes) return { problem: `${lintBaselineFile} has ${stats.size} bytes.` };
    const { findings } = parseLintBaseline(readFileSync(path, 'utf8'));
    return { fingerprints: findings.map(({ fingerprint }) => fingerprint) };
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    return { problem: `${lintBaselineFile} is not one of matre lint; --write-baseline writes it.` };
  }
}
