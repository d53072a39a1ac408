import type { EnvFiles, EnvLayer, LayeredValue } from './env-files.ts';

/** One side of a comparison; `value` is `undefined` when it is secret. */
export interface ComparedSide {
  value: string | undefined;
  from: EnvLayer;
}

/** A value on two environments; a side that lacks it is `undefined`. */
export interface ComparedValue {
  name: string;
  /** It is secret on at least one of them, and then shown on neither. */
  secret: boolean;
  isEqual: boolean;
  sides: readonly [ComparedSide | undefined, ComparedSide | undefined];
}

/** The values that tests get on two environments, side by side: those that differ first, then by name. */
export async function compareValues(
  one: Pick<EnvFiles, 'values' | 'readLayers'>,
  other: Pick<EnvFiles, 'values' | 'readLayers'>,
): Promise<ComparedValue[]> {
  const shown = [byName(await one.readLayers()), byName(await other.readLayers())] as const;
  const values = [byName(one.values), byName(other.values)] as const;
  const names = [...new Set([...values[0].keys(), ...values[1].keys()])].sort();
  const compared = names.map((name): ComparedValue => {
    const secret = shown.some((side) => side.get(name)?.secret);
    return {
      name,
      secret,
      isEqual: values[0].get(name)?.value === values[1].get(name)?.value,
      sides: [sideOf(shown[0].get(name), secret), sideOf(shown[1].get(name), secret)],
    };
  });
  return [...compared.filter(({ isEqual }) => !isEqual), ...compared.filter(({ isEqual }) => isEqual)];
}

const byName = <Value extends { name: string }>(values: readonly Value[]) =>
  new Map(values.map((value) => [value.name, value]));

function sideOf(value: LayeredValue | undefined, secret: boolean): ComparedSide | undefined {
  return value && { value: secret ? undefined : value.value, from: value.from };
}
