import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { createArtifacts } from '../../src/artifacts/artifacts.ts';
import { numberedFolders } from '../support/run-folders.ts';
import { artifactsConformance } from './conformance.ts';

describe('a folder', () => {
  artifactsConformance(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'matre-artifacts-'));
    let run = 0;
    return {
      artifacts: createArtifacts({ folders: numberedFolders(folder), logBytes: 1_000 }),
      newRun: async () => ++run,
      close: async () => rmSync(folder, { recursive: true }),
    };
  });
});
