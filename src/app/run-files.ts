import path from 'node:path';
import { type Artifacts, createArtifacts } from '../artifacts/artifacts.ts';
import { createReplicatedArtifacts } from '../artifacts/replicated.ts';
import { createRunFolders } from '../artifacts/run-folders.ts';
import { createS3Store } from '../artifacts/s3/s3.ts';
import { createUploader, type Uploader } from '../artifacts/uploader.ts';
import type { Config } from '../config/config.ts';
import type { Logger } from '../log.ts';
import { createResultSpool, type ResultSpool } from '../queue/result-spool.ts';
import { createBlobStore } from '../store/tables/file-chunks.ts';
import { readRunIdentity } from '../store/tables/run-identity.ts';
import type { AppDatabase } from './stores.ts';

/** The files of runs in the data folder. */
export interface RunFiles {
  artifacts: Artifacts;
  /** Copies artifacts to the database or to S3; `undefined` when they stay in the data folder. */
  uploader: Uploader | undefined;
  /** Results that could not be written to the database yet. */
  spool: ResultSpool;
}

export function createRunFiles(config: Config, log: Logger, database: AppDatabase): RunFiles {
  const { dataFolder: folder, logBytes } = config.store;
  const folders = createRunFolders({
    folder,
    readIdentity: (runId) => readRunIdentity(database, runId),
    log,
  });
  const local = createArtifacts({ folders, logBytes });
  const spool = createResultSpool({ folder: path.join(folder, 'waiting-results'), log });
  if (config.store.artifacts === 'folder') return { artifacts: local, uploader: undefined, spool };
  const { s3 } = config.store;
  const blobStore = createBlobStore({ database, objects: s3 && createS3Store(s3) });
  const uploader = createUploader({ folders, blobStore, log });
  return { artifacts: createReplicatedArtifacts({ local, blobStore, uploader }), uploader, spool };
}
