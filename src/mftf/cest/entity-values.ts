import type { Reference } from '../catalog/declarations/references.ts';
import type { Definitions } from '../resolver/model.ts';
import type { PhpText } from './php-text.ts';
import { CestRefusal } from './refusal.ts';

/** The value of a field, an array or an item of data, with a mark for what makes it unique. Throws CestRefusal when it has none. */
export function entityValue(
  name: string,
  key: string,
  { definitions, php }: { definitions: Definitions; php: PhpText },
): string {
  const entity = definitions.entity(name);
  if (entity === undefined) throw new CestRefusal(`"${name}" is neither data nor a section nor a page.`);
  const [arrayKey, index] = /^([^[]+)\[(\d+)\]$/.exec(key)?.slice(1) ?? [];
  if (arrayKey !== undefined) {
    if (entity.namedItems.has(arrayKey.toLowerCase())) {
      throw new CestRefusal(`The array "${arrayKey}" of the data "${name}" has items with names.`);
    }
    const items = entity.arrays.get(arrayKey.toLowerCase());
    if (items !== undefined) refuseOddItems(items, name, arrayKey);
    const item = items?.[Number(index)];
    if (item !== undefined) return item;
  }
  const array = entity.arrays.get(key.toLowerCase());
  if (array !== undefined) {
    refuseOddItems(array, name, key);
    return arrayText(array);
  }
  const field = entity.fields.get(key.toLowerCase());
  if (field === undefined) throw new CestRefusal(`The data "${name}" has no field "${key}".`);
  const unique = field.unique && php.mark(`msq("${name}")`);
  if (field.unique === 'prefix') return `${unique}${field.value}`;
  return field.unique === 'suffix' ? `${field.value}${unique}` : field.value;
}

/** The value of a reference in the value of another one; `undefined` for a field that the data does not have. */
export function fieldValue(
  { name, member, source }: Reference & { member: string },
  definitions: Definitions,
): string | undefined {
  const entity = definitions.entity(name);
  if (entity === undefined || /[[(]/.test(source)) {
    throw new CestRefusal(`The value of a field refers to something else than data: ${source}.`);
  }
  const array = entity.arrays.get(member.toLowerCase());
  if (array !== undefined) {
    refuseOddItems(array, name, member);
    return arrayText(array);
  }
  return entity.fields.get(member.toLowerCase())?.value;
}

/** MFTF drops some empty items, escapes apostrophes, and does not find the environment in others (measured with 3.8). */
function refuseOddItems(items: readonly string[], name: string, key: string): void {
  if (items.some((item) => item.trim() === '' || /'|\{\{_\w+\./.test(item))) {
    throw new CestRefusal(
      `The array "${key}" of the data "${name}" has an empty item, an apostrophe or the environment.`,
    );
  }
}

function arrayText(items: readonly string[]): string {
  return items.length === 0 ? '[""]' : `[${items.map((item) => `"${item}"`).join(',')}]`;
}
