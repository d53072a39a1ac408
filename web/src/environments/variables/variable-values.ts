import type { VariableView } from '../../../../src/operations/core/views.ts';
import type { EffectiveView } from '../../../../src/operations/environments/environment-detail.ts';

export type Layer = EffectiveView['values'][number]['from'];

export type Row = EffectiveView['values'][number] & {
  /** It is a field of the environment, such as its address, and is changed there. */
  isSetting: boolean;
};

/** Layers as people call them. */
export const layerText: Record<Layer, string> = {
  default: 'default',
  global: 'all environments',
  module: 'test module',
  environment: 'this environment',
  infrastructure: 'matre',
};

/** Values by name. While the layers cannot be told, those that are set for the environment alone. */
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

/** Why a value cannot be changed here; `undefined` where it can. */
export function fixedBecause({ from }: Pick<Row, 'from'>): string | undefined {
  return from === 'infrastructure' ? 'matre itself sets it for each run.' : undefined;
}

/** Whether there is a value to take away: of this environment, or of all. */
export function unsettable({ from, isSetting }: Pick<Row, 'from' | 'isSetting'>): boolean {
  return (from === 'environment' && !isSetting) || from === 'global';
}
