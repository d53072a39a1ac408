import type { ReplayEntry } from '../model/replay.ts';

/** Characters of a text of a page that are read. More than are kept: secrets are hidden before it is cut, see `createReplay`. */
export const maxReadLength = 4_000;
/** Values of a call such as `console.log`. */
const maxValues = 20;

type Level = Extract<ReplayEntry, { kind: 'console' }>['level'];
// biome-ignore lint/suspicious/noExplicitAny: it is what a browser sends
type Untrusted = any;

/** The beginning of what a browser sent as a text. */
export function limited(text: unknown, maxLength = maxReadLength): string {
  if (typeof text !== 'string') return '';
  // A slice would keep the whole text in memory.
  return text.length <= maxLength
    ? text
    : Buffer.from(text.slice(0, maxLength), 'utf16le').toString('utf16le');
}

/** A call of the console: `log`, `warning`, `error`, `assert` and so on, with its values. */
export function describeConsole(
  type: unknown,
  values: Untrusted,
): { level: Level; text: string; hasObjects: boolean } {
  const list: Untrusted[] = Array.isArray(values) ? values.slice(0, maxValues) : [];
  return {
    level: type === 'error' || type === 'assert' ? 'error' : type === 'warning' ? 'warning' : 'info',
    text: limited(list.map(describeValue).join(' ')),
    hasObjects: list.some((value) => value?.objectId !== undefined),
  };
}

/** A `Runtime.RemoteObject`. */
function describeValue(value: Untrusted): string {
  if (typeof value?.value === 'string') return limited(value.value);
  if (value?.type === 'undefined') return 'undefined';
  const text = value?.description ?? value?.unserializableValue;
  return typeof text === 'string' ? limited(text) : limited(JSON.stringify(value?.value) ?? '');
}

/** An exception that no one caught. */
export function describeException(details: Untrusted): string {
  return limited(details?.exception?.description ?? details?.text);
}
