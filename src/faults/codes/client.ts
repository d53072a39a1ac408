/** Codes of commands that look for their server. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

export const clientFaults = {
  SERVER_UNREACHABLE: infrastructure(
    503,
    'The command was not executed.',
    'Check that `matre up` is running there and that the address is right (`matre context show`).',
  ),
  RESPONSE_MISSING: infrastructure(
    504,
    'The server may have executed the command, or may still do so: it did not say.',
    'Look for what the command makes or changes (`matre list` for runs) before you repeat it.',
  ),
  SERVER_TOO_OLD: usage(
    409,
    'The command was not executed: the server would have left out a part of it without a word.',
    'Upgrade the server, or use the command line of its version.',
  ),
  SERVER_NOT_CHOSEN: usage(
    404,
    'The command was not executed, and nothing was created.',
    'Choose a server (`matre login URL`, or MATRE_URL), go to the folder where `matre up` runs (or set MATRE_DATA), or start here: `matre up`, `matre demo`.',
  ),
  CONTEXT_UNKNOWN: usage(
    404,
    'The command was not executed.',
    'Run `matre context list` to see the contexts, or `matre context add NAME URL` to add one.',
  ),
  CONTEXT_EXISTS: usage(
    409,
    'Nothing was changed.',
    'Choose another name, or remove the existing context first: `matre context remove NAME`.',
  ),
  CONTEXT_FILE_INVALID: usage(
    400,
    'The command was not executed: it could have used another server than the one that was meant.',
    'Correct or remove the named file; `matre context add` and `matre login` write it.',
  ),
  CONTEXT_FILE_OPEN: usage(
    400,
    'The command was not executed: other users of this machine may have read the tokens in the file.',
    'Close it (chmod 600 FILE), and revoke its tokens if others may have read them (`matre token list`).',
  ),
};
