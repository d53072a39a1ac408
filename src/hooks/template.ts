import { Fault } from '../faults/fault.ts';
import { hookPlaceholder } from '../model/hook.ts';

/** The text with the values of its variables, each as `encode` returns it. Errors: HOOK_FAILED for a variable without a value. */
export function fill(
  text: string,
  values: ReadonlyMap<string, string>,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replace(hookPlaceholder, (_, name: string) => encode(valueFor(values, name)));
}

/** The value of a variable. Errors: HOOK_FAILED. */
export function valueFor(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  if (value !== undefined) return value;
  throw new Fault(
    'HOOK_FAILED',
    `The variable ${name}, which the hook uses, has no value on this environment.`,
  );
}

/** A value as a part of a JSON string. */
export const encodeJson = (value: string) => JSON.stringify(value).slice(1, -1);
