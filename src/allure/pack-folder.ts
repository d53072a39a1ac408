import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** The page: its reader knows by it that the archive is complete. */
const lastFile = 'index.html';

/** The files of a folder that nothing changes, as a tar archive with `index.html` last. */
export async function packFolder(folder: string): Promise<Readable> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.flatMap((entry) =>
    entry.isFile() ? [join(entry.parentPath, entry.name).slice(folder.length + 1)] : [],
  );
  const ordered = [...paths.filter((path) => path !== lastFile).sort(), lastFile];
  const tar = pack();
  const add = async () => {
    for (const name of ordered) {
      const { size } = await stat(join(folder, name));
      await pipeline(createReadStream(join(folder, name)), tar.entry({ name, size, mode: 0o644 }));
    }
    tar.finalize();
  };
  // A file that cannot be read ends the archive with an error; a reader that leaves ends this.
  add().catch((error) => tar.destroy(error));
  return Readable.from(tar, { objectMode: false });
}
