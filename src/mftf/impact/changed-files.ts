import { catalogPath } from '../catalog/tree/paths.ts';

/** The files of a test module that differ between two commits, and that comparing its XML does not cover. */
export interface OtherFiles {
  /** Files that tests attach, relative to `_data`. */
  attachments: string[];
  /** Files that may matter to tests and that nothing compares: env files, PHP, patches. */
  others: { count: number; paths: string[] };
}

/** More are counted. */
const maxListed = 20;

/** Sorts the files that differ; `target` is the folder of the module below Magento. */
export function splitFiles(
  files: { paths: string[]; more: boolean } | undefined,
  target: string,
): OtherFiles {
  const attachments: string[] = [];
  const others: string[] = [];
  for (const path of files?.paths ?? []) {
    const place = catalogPath(`${target}/${path}`);
    if (place?.kind === 'fixture') attachments.push(place.name);
    else if (place === undefined) others.push(path);
  }
  return { attachments, others: { count: others.length, paths: others.slice(0, maxListed) } };
}
