import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createArtifacts } from '../../src/artifacts/artifacts.ts';
import type { ObjectStore } from '../../src/artifacts/object-store.ts';
import { createReplicatedArtifacts } from '../../src/artifacts/replicated.ts';
import { createRunFolders } from '../../src/artifacts/run-folders.ts';
import { createUploader } from '../../src/artifacts/uploader.ts';
import { emptySelection } from '../../src/model/selection.ts';
import type { Database } from '../../src/store/database/database.ts';
import { createBlobStore } from '../../src/store/tables/file-chunks.ts';
import { readRunIdentity } from '../../src/store/tables/run-identity.ts';
import { createRuns } from '../../src/store/tables/runs.ts';
import { quiet } from '../support/database.ts';

/** A host that stores files of runs in a database, or in an object store with a list of them in the database; with the folder of another host it is a second process beside it. */
export async function openArtifactsHost(database: Database, shared?: string, objects?: ObjectStore) {
  const folder = shared ?? (await mkdtemp(join(tmpdir(), 'matre-host-')));
  const blobStore = createBlobStore({ database, objects });
  const readIdentity = (runId: number) => readRunIdentity(database, runId);
  const folders = createRunFolders({ folder, readIdentity, log: quiet });
  const uploader = createUploader({ folders, blobStore, log: quiet });
  const local = createArtifacts({ folders, logBytes: 1_000_000 });
  return {
    folder,
    uploader,
    artifacts: createReplicatedArtifacts({ local, blobStore, uploader }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Inserts a run that can have files. */
export async function insertRun(database: Database): Promise<number> {
  await database.query(
    `INSERT INTO environment (code, name, base_url, backend_name, admin_username)
     VALUES ('a', 'a', 'http://127.0.0.1/', 'admin', 'admin') ON CONFLICT DO NOTHING`,
  );
  const [environment] = await database.query<{ id: number }>('SELECT id FROM environment');
  const request = { environmentId: environment?.id ?? 0, selection: emptySelection, requestedBy: 'test' };
  const [run] = await createRuns({ database }).insert([request]);
  return run?.id ?? 0;
}
