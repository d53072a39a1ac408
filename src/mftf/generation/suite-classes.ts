import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { ifPresent } from '../../files/missing-file.ts';
import { suiteFrame } from '../cest/write-suite.ts';
import type { Layout } from '../container/layout.ts';
import { filesOf } from './snapshot-archive.ts';

/** What the class of a suite depends on besides the suite. */
export interface SuiteClassOrigin {
  imageId: string;
  /** Identifies patches of the framework; `undefined` without any. */
  patches: string | undefined;
}

/** A class of a suite for each image, as its MFTF wrote it: matre takes from it what is the same in all of them. */
export interface SuiteClasses {
  find(origin: SuiteClassOrigin): Promise<string | undefined>;
  /** Keeps a class of a generation by MFTF, when it has one and none is stored. */
  keep(origin: SuiteClassOrigin, layout: Layout, archive: Buffer): Promise<void>;
}

/** Those of MFTF have 9 KB. */
const maxClassBytes = 256 * 1024;

/** `folder` is where they are stored. */
export function createSuiteClasses({ folder }: { folder: string }): SuiteClasses {
  const pathOf = ({ imageId, patches }: SuiteClassOrigin) => {
    const key = createHash('sha256').update(JSON.stringify([imageId, patches ?? null]));
    return join(folder, `${key.digest('hex')}.suite-class.php`);
  };
  const find = (origin: SuiteClassOrigin) => ifPresent(readFile(pathOf(origin), 'utf8'));
  return {
    find,
    async keep(origin, layout, archive) {
      if ((await find(origin)) !== undefined) return;
      const classes = posix.relative(layout.root, layout.suiteClasses);
      const files = await filesOf(archive);
      for (const { path, content } of files) {
        if (posix.dirname(path) !== classes || content.length > maxClassBytes) continue;
        const text = content.toString();
        if (suiteFrame(text) === undefined) continue;
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFileAtomically(pathOf(origin), text);
        return;
      }
    },
  };
}
