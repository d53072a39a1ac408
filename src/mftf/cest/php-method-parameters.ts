import { splitTopLevel } from './php-list.ts';
import type { HelperParameter, HelperSignatures } from './php-method-call.ts';

/** A file of a module's folder `Helper`. */
export interface HelperFile {
  /** Its path; the name of the class is that of the file. */
  path: string;
  /** Read when a step names the class. */
  read(): string;
}

/** The signatures of the helpers in files. A method that a class inherits is not found. */
export function helperSignatures(files: readonly HelperFile[]): HelperSignatures {
  const byName = new Map<string, HelperFile[]>();
  for (const file of files) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1).replace(/\.php$/, '');
    byName.set(name, [...(byName.get(name) ?? []), file]);
  }
  const methods = new Map<string, readonly HelperParameter[] | undefined>();
  return (className, method) => {
    const key = `${className}::${method}`;
    if (!methods.has(key)) methods.set(key, find(byName, className, method));
    return methods.get(key);
  };
}

function find(byName: ReadonlyMap<string, HelperFile[]>, className: string, method: string) {
  const slash = className.lastIndexOf('\\');
  const namespace = className.slice(0, slash);
  for (const file of byName.get(className.slice(slash + 1)) ?? []) {
    const php = withoutComments(file.read());
    if (php.includes(`namespace ${namespace};`)) return parametersOf(php, method);
  }
  return undefined;
}

/** PHP without comments of more than one line and without whole lines of comments; texts in it are kept. */
function withoutComments(php: string): string {
  return php.replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, '').replace(/^\s*(?:\/\/|#).*$/gm, '');
}

function parametersOf(php: string, method: string): readonly HelperParameter[] | undefined {
  const start = new RegExp(`function\\s+&?${method}\\s*\\(`, 'i').exec(php);
  if (start === null) return undefined;
  const from = start.index + start[0].length;
  const inside = php.slice(from, closingBracket(php, from));
  return splitTopLevel(inside.replaceAll('(', '[').replaceAll(')', ']'))
    .filter((parameter) => parameter.trim() !== '')
    .map((parameter) => {
      const [declaration = '', ...value] = parameter.split('=');
      const [, type = '', name = ''] = /^\s*(?:([?\w\\|]+)\s+)?[&.]*\$(\w+)/.exec(declaration) ?? [];
      return { name, type, defaultValue: value.length === 0 ? undefined : value.join('=').trim() };
    });
}

function closingBracket(php: string, from: number): number {
  let depth = 1;
  for (let index = from; index < php.length; index += 1) {
    const character = php.charAt(index);
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return php.length;
}
