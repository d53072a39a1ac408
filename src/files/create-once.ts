import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/**
 * Creates a small file, unless it exists, and returns its content: of processes that call this at the same time, all return the content
 * of the first one, and none reads a part of it. Its folder must exist. Rejects as the file system does.
 */
export async function createFileOnce(path: string, content: string, mode: number): Promise<string> {
  // Not `flag: 'wx'`: then another process could read the file between its creation and the writing of its content.
  const draft = `${path}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, content, { flag: 'wx', mode });
    await link(draft, path);
    return content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return await readFile(path, 'utf8');
  } finally {
    await rm(draft, { force: true });
  }
}
