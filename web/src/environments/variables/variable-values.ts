import type { VariableView } from '#src/operations/core/views.ts';
import type { EffectiveView } from '#src/operations/environments/environment-detail.ts';
import type { showVariableUsage } from '#src/operations/environments/variable-usage.ts';
import type { OutputOf } from '../../api/request.ts';

export type Layer = EffectiveView['values'][number]['from'];

export type Usage = OutputOf<typeof showVariableUsage>;

export type Row = EffectiveView['values'][number] & {
  /** Whether it is a setting of the environment, such as its URL, and is edited there. */
  isSetting: boolean;
  /** The variable that the value comes from, when it is one. */
  stored: VariableView | undefined;
  /** Who reads it, as far as it was requested. */
  usage: Usage['variables'][number] | undefined;
};

/** The display names of the layers. */
export const layerText: Record<Layer, string> = {
  default: 'default',
  global: 'all environments',
  module: 'test module',
  environment: 'this environment',
  infrastructure: 'matre',
};

interface Parts {
  effective: EffectiveView | undefined;
  /** The variables of the environment itself. */
  own: readonly VariableView[];
  /** Those of all environments. */
  globals?: readonly VariableView[] | undefined;
  usage?: Usage | undefined;
}

/** The values, sorted by name. Without the effective values, only the variables of the environment itself. */
export function rowsOf({ effective, own, globals = [], usage }: Parts): Row[] {
  const usageOf = new Map(usage?.variables.map((each) => [each.name, each]));
  if (!effective) {
    return own.map((variable) => ({
      ...{ name: variable.name, value: variable.value, secret: variable.secret },
      ...{ from: 'environment', overrides: [], isSetting: false, stored: variable },
      usage: usageOf.get(variable.name),
    }));
  }
  const ownByName = new Map(own.map((variable) => [variable.name, variable]));
  const globalByName = new Map(globals.map((variable) => [variable.name, variable]));
  const storedOf = ({ name, from }: { name: string; from: Layer }) => {
    if (from === 'environment') return ownByName.get(name);
    return from === 'global' ? globalByName.get(name) : undefined;
  };
  return effective.values
    .map((value) => ({
      ...value,
      isSetting: value.from === 'environment' && !ownByName.has(value.name),
      stored: storedOf(value),
      usage: usageOf.get(value.name),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Why a value cannot be changed; `undefined` when it can. */
export function fixedReason({ from }: Pick<Row, 'from'>): string | undefined {
  return from === 'infrastructure' ? 'matre sets this value for each run.' : undefined;
}

/** Whether the value can be unset: a variable of this environment or of all environments. */
export function canUnset({ from, isSetting }: Pick<Row, 'from' | 'isSetting'>): boolean {
  return (from === 'environment' && !isSetting) || from === 'global';
}

/** The address of the page with the tests that read a variable. */
export const variablePage = (code: string, name: string) => `/environments/${code}/variables/${name}`;
