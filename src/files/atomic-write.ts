import { rename, rm, writeFile } from 'node:fs/promises';

/**
 * Writes a file so that readers see its old content or its new content, never a part: it is written beside its place and then
 * renamed, with `flush` after its content is on the disk. Its folder must exist. Rejects as the file system does, and leaves nothing behind then.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
  options: { mode?: number; flush?: boolean } = {},
): Promise<void> {
  // The global object, because a command that writes nothing would load node:crypto for it.
  const draft = `${path}.${crypto.randomUUID()}.draft`;
  try {
    await writeFile(draft, content, options);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
