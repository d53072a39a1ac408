import type { ResolvedStep } from '../resolver/model.ts';
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

/** MFTF's class that creates helpers and holds them. */
export const helperContainer = '\\Magento\\FunctionalTestingFramework\\Helper\\HelperContainer';

/** The classes of the helpers that steps use, in the order of their first use. */
export function helperClasses(steps: Iterable<ResolvedStep>): Set<string> {
  const classes = new Set<string>();
  for (const { action, attributes } of steps) {
    if (action === 'helper' && attributes.class !== undefined) classes.add(attributes.class);
  }
  return classes;
}

/** The parameters of a method of a PHP helper; `undefined` when its file or the method is not found. */
export type HelperSignatures = (className: string, method: string) => readonly HelperParameter[] | undefined;

/**
 * The lines of a `<helper>`: its arguments in the order of the method's parameters. Throws CestRefusal for a method that is missing,
 * or needs an argument that the step lacks.
 */
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
    const source = passed.get(name);
    if (source !== undefined) list.push(argumentExpression(values, source, type));
    else if (defaultValue !== undefined) list.push(exportedValue(defaultValue));
    else throw new CestRefusal(`The helper ${className}::${method}() needs the argument "${name}".`);
  }
  return [
    style.comment(`'[${stepKey}] ${className}::${method}()'`),
    `$${stepKey} = $this->helperContainer->get('${className}')->${method}(${list.join(', ')}); // stepKey: ${stepKey}`,
  ];
}

/** A text for a parameter that takes one, else what is written as PHP. */
function argumentExpression(values: StepValues, source: string, type: string): string {
  return /^\??(int|float|bool|array)$/.test(type)
    ? values.rawText(source, 'anything')
    : values.quote(source, 'anything');
}

/** A default as PHP exports its value. */
function exportedValue(source: string): string {
  if (/^0[0-7]+$/.test(source)) return String(Number.parseInt(source, 8));
  if (/^null$/i.test(source)) return 'NULL';
  const quoted = /^"([^"\\$]*)"$/.exec(source);
  return quoted === null ? source : `'${quoted[1]}'`;
}
