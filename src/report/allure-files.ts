import { createHash } from 'node:crypto';
import { plainText } from './xml.ts';

/** A file beside the result files of Allure. `path` is that of the file in the folder of its run. */
export interface AllureFile {
  name: string;
  source: string;
  type: string;
  path: string;
}

/** The types of files by their endings: what Allure shows inline. */
const types: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.html': 'text/html',
  '.log': 'text/plain',
  '.txt': 'text/plain',
};

/** The files of a result or a step that Allure shows. A file that several of these have is one file for Allure. */
export function allureFiles(
  uuid: string,
  attachments: readonly { name: string; path: string }[],
): AllureFile[] {
  return attachments.flatMap(({ name, path }) => {
    const extension = /\.\w{1,8}$/.exec(path)?.[0].toLowerCase() ?? '';
    const type = types[extension];
    if (type === undefined) return [];
    const key = createHash('sha256').update(path).digest('hex').slice(0, 12);
    return [
      {
        name: plainText(name),
        source: `${uuid}-${key}-attachment${extension}`,
        type,
        path,
      },
    ];
  });
}
