import { writeFile } from 'node:fs/promises';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';

/** Writes a report that a flag names, by default instead of an existing file. Errors: INPUT_INVALID. */
export async function writeReport(
  file: string,
  text: string,
  write: (file: string, text: string) => Promise<void> = writeFile,
): Promise<void> {
  try {
    await write(file, text);
  } catch (error) {
    throw new Fault(
      'INPUT_INVALID',
      asSentence(`The report could not be written: ${toFault(error).message}`),
      {
        cause: error,
      },
    );
  }
}
