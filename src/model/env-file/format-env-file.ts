import { Fault } from '../../faults/fault.ts';
import { isVariableName } from '../environment.ts';

/**
 * Formats an env file that Symfony's Dotenv, phpdotenv 5 and `parseEnvFile` read back to the same values; it has no
 * references. Values that have a backslash or `$` beside a single quote, a line break or `="` are written in parts,
 * which phpdotenv does not read; MFTF does not use it since 3.8.
 *
 * Errors: INPUT_INVALID for a name or value that an environment cannot contain.
 */
export function formatEnvFile(entries: Iterable<{ name: string; value: string }>): string {
  let text = '';
  for (const { name, value } of entries) {
    if (!isVariableName(name)) {
      throw new Fault('INPUT_INVALID', `${JSON.stringify(name)} cannot be the name of a variable.`);
    }
    if (value.includes('\0')) {
      throw new Fault(
        'INPUT_INVALID',
        `The value of ${name} has a zero byte, which an environment cannot contain.`,
      );
    }
    text += `${name}=${quote(value)}\n`;
  }
  return text;
}

function quote(value: string): string {
  if (/^[\w./:@%+,=-]*$/.test(value)) return value;
  // phpdotenv takes `="` anywhere in a line for the beginning of a value over several lines.
  if (!/['\n\r]|="/.test(value)) return `'${value}'`;
  // In double quotes Symfony reads `\\n` as a backslash and a line break, cannot escape the `$(` that is not closed, and keeps the
  // backslash of the second of two escaped `$` when `:-` is between them.
  if (!/[\\$]/.test(value)) {
    return `"${value.replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
  }
  return value.replace(/[^'\r]+|'|\r/g, (part) => {
    if (part === "'") return `"'"`;
    return part === '\r' ? '"\\r"' : `'${part}'`;
  });
}
