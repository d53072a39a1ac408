import { extname } from 'node:path';
import type { Artifacts } from '../../artifacts/artifacts.ts';
import type { ArtifactReference } from '../../model/message-facts.ts';

/** A screenshot of a browser has 50 kB to 1 MB. */
const maxPictureBytes = 2 * 1024 * 1024;

/** Every mail program shows these. */
const pictures = ['.png', '.jpg', '.jpeg'];

/** Makes a function that reads a picture of a run: `undefined` when it is none, larger than 2 MB, or not on this host. It never rejects. */
export function createPictureReader(artifacts: Pick<Artifacts, 'open'>) {
  return async ({ runId, path }: ArtifactReference): Promise<Uint8Array | undefined> => {
    if (!pictures.includes(extname(path).toLowerCase())) return undefined;
    try {
      const { stream, size } = await artifacts.open(runId, path);
      if (size === 0 || size > maxPictureBytes) {
        stream.destroy();
        return undefined;
      }
      return Buffer.concat(await stream.toArray());
    } catch {
      return undefined;
    }
  };
}
