import { CestRefusal } from './refusal.ts';
import type { Style } from './style.ts';
import type { StepValues } from './values.ts';

/** A parameter of a method of a helper. */
export interface HelperParameter {
  name: string;
  /** As PHP has it, such as `int`; '' without one. */
  type: string;
  /** As written; `undefined` when the parameter is required. */
  defaultValue: string | undefined;
}

/** The parameters of a method of a PHP helper; `undefined` when its file or the method is not found. */
export type HelperSignatures = (className: string, method: string) => readonly HelperParameter[] | undefined;

/** The lines of a `<helper>`: its arguments in the order of the method's parameters. */
export function helperLines(
  values: StepValues,
  { style, helpers }: { style: Style; helpers: HelperSignatures },
): string[] {
  const { stepKey, attributes } = values.step;
  const { class: className = '', method = '' } = attributes;
  const parameters = helpers(className.replace(/^\\/, ''), method);
  if (parameters === undefined) throw new CestRefusal(`The helper ${className}::${method}() is not there.`);
  const passed = new Map(values.childrenOf('argument').map((child) => [child.attributes.name, child.text]));
  const list: string[] = [];
  for (const { name, type, defaultValue } of parameters) {
    const written = passed.get(name);
    if (written !== undefined) list.push(typed(values, written, type));
    else if (defaultValue !== undefined) list.push(constant(defaultValue));
    else throw new CestRefusal(`The helper ${className}::${method}() needs the argument "${name}".`);
  }
  return [
    style.comment(`'[${stepKey}] ${className}::${method}()'`),
    `$${stepKey} = $this->helperContainer->get('${className}')->${method}(${list.join(', ')}); // stepKey: ${stepKey}`,
  ];
}

/** A text for a parameter that takes one, else what is written as PHP. */
function typed(values: StepValues, written: string, type: string): string {
  return /^\??(int|float|bool|array)$/.test(type) ? values.rawText(written) : values.quote(written);
}

/** A default as PHP exports its value. */
function constant(written: string): string {
  if (/^0[0-7]+$/.test(written)) return String(Number.parseInt(written, 8));
  if (/^null$/i.test(written)) return 'NULL';
  const quoted = /^"([^"\\$]*)"$/.exec(written);
  return quoted === null ? written : `'${quoted[1]}'`;
}
