import { Fault } from '../../../faults/fault.ts';
import {
  maxDeclaredTests,
  maxOpenRegistrationBytes,
  maxOpenRegistrations,
  maxTreeBytes,
  maxTreeFileBytes,
  maxTreeFiles,
} from '../../../model/limits.ts';
import type { Declarations } from '../declarations/declaration.ts';

/** How messages name the two things that are read. */
export const testModule = 'The test module';
export const imageTree = 'The Magento tree of the image';

/** `path` is relative to the Magento root. */
export function tooLargeFile(path: string, bytes: number): Fault {
  return new Fault('TREE_TOO_LARGE', `${path} has ${bytes} bytes, and a file may have ${maxTreeFileBytes}.`);
}

export function tooManyFiles(subject: string): Fault {
  return new Fault('TREE_TOO_LARGE', `${subject} has more than ${maxTreeFiles} files of tests and data.`);
}

export function tooManyBytes(subject: string): Fault {
  return new Fault('TREE_TOO_LARGE', `${subject} has more than ${maxTreeBytes} bytes of tests and data.`);
}

/**
 * Returns a function to be called after each file of a source, with its path and bytes. It throws TREE_TOO_LARGE for the file with
 * which the source exceeds a limit.
 */
export function createTreeLimits(
  subject: string,
  declarations: Declarations,
): (path: string, bytes: number) => void {
  let files = 0;
  let bytes = 0;
  /** Of the files that only PHP can read, in base64. */
  const openBytes = () =>
    declarations.openRegistrations.reduce((sum, { content }) => sum + content.length, 0);
  return (path, size) => {
    files += 1;
    bytes += size;
    const limits = [
      { count: files, limit: maxTreeFiles, unit: 'files of tests and data' },
      { count: bytes, limit: maxTreeBytes, unit: 'bytes of tests and data' },
      { count: declarations.tests.length, limit: maxDeclaredTests, unit: 'declarations of tests' },
      {
        count: declarations.openRegistrations.length,
        limit: maxOpenRegistrations,
        unit: 'files registration.php that only PHP can read',
      },
      {
        count: openBytes(),
        limit: maxOpenRegistrationBytes,
        unit: 'bytes in files registration.php that only PHP can read',
      },
    ];
    const exceeded = limits.find(({ count, limit }) => count > limit);
    if (exceeded === undefined) return;
    const message = `${subject} has more than ${exceeded.limit} ${exceeded.unit}; ${path} is the first one too many.`;
    throw new Fault('TREE_TOO_LARGE', message);
  };
}
