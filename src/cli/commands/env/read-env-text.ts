import { readFile, stat } from 'node:fs/promises';
import { Fault, isFault, toFault } from '../../../faults/fault.ts';
import { asSentence } from '../../../faults/sentence.ts';
import { decodeEnvFile, maxEnvFileBytes } from '../../../model/env-file/decode.ts';

/** The text of an env file. Errors: ENV_FILE_INVALID with the path, INPUT_INVALID when it cannot be read. */
export async function readEnvText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxEnvFileBytes) throw new Error(`it has ${size} bytes, and the limit is ${maxEnvFileBytes}`);
    return decodeEnvFile(await readFile(path));
  } catch (error) {
    if (isFault(error, 'ENV_FILE_INVALID')) throw new Fault(error.code, `${path}: ${error.message}`);
    throw new Fault('INPUT_INVALID', asSentence(`${path} cannot be read: ${toFault(error).message}`), {
      cause: error,
    });
  }
}
