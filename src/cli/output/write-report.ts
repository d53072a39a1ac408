import { writeFile } from 'node:fs/promises';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';

/** Writes a report that a flag names. Errors: INPUT_INVALID. */
export async function writeReport(file: string, xml: string): Promise<void> {
  try {
    await writeFile(file, xml);
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
