import type { VariableView } from '#src/operations/core/views.ts';
import type { EffectiveView } from '#src/operations/environments/environment-detail.ts';

export type Layer = EffectiveView['values'][number]['from'];

export type Row = EffectiveView['values'][number] & {
  /** Whether it is a setting of the environment, such as its URL, and is edited there. */
  isSetting: boolean;
};

/** The display names of the layers. */
export const layerText: Record<Layer, string> = {
  default: 'default',
  global: 'all environments',
  module: 'test module',
  environment: 'this environment',
  infrastructure: 'matre',
};

/** The values, sorted by name. Without the effective values, only the variables of the environment itself. */
export function rowsOf(effective: EffectiveView | undefined, own: readonly VariableView[]): Row[] {
  if (!effective) {
    const rest = { from: 'environment' as const, overrides: [], isSetting: false };
    return own.map((variable) => ({ ...variable, ...rest }));
  }
  const isOwn = new Set(own.map(({ name }) => name));
  return effective.values
    .map((value) => ({ ...value, isSetting: value.from === 'environment' && !isOwn.has(value.name) }))
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
