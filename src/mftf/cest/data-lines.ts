import { CestRefusal } from './refusal.ts';
import type { Style } from './style.ts';
import type { StepValues } from './values.ts';

/** The lines of a step that creates, reads, changes or deletes data; `undefined` for another step. */
export function dataLines(values: StepValues, style: Style): string[] | undefined {
  const { step } = values;
  const { attributes, stepKey } = step;
  if (style.scope === 'suite' && Object.hasOwn(suiteLines, step.action)) {
    const lines = suiteLines[step.action]?.(values);
    if (lines !== undefined) return lines;
  }
  if (step.action === 'createData') values.refuseUnknownData(attributes.entity ?? '');
  const entity = `"${attributes.entity}"`;
  const scope = `"${style.scope}"`;
  const required = requiredList(values);
  switch (step.action) {
    case 'createData': {
      const fields = fieldLines(values);
      const custom = fields.length === 0 ? '[]' : `$${stepKey}Fields`;
      const list = [`"${stepKey}"`, scope, entity, required, custom, values.literal('storeCode')];
      return [...fields, line(values, style, 'createEntity', list)];
    }
    case 'getData': {
      const list = [
        `"${stepKey}"`,
        scope,
        entity,
        required,
        values.literal('storeCode') ?? 'null',
        indexOf(values),
      ];
      return [line(values, style, 'getEntity', list)];
    }
    case 'updateData': {
      const list = [
        `"${attributes.createDataKey}"`,
        scope,
        `${entity},${required}`,
        values.literal('storeCode'),
      ];
      return [line(values, style, 'updateEntity', list)];
    }
    case 'deleteData': {
      if (attributes.createDataKey === undefined) {
        return [line(values, style, 'deleteEntityByUrl', [values.quoted('url')])];
      }
      return [line(values, style, 'deleteEntity', [`"${attributes.createDataKey}"`, scope])];
    }
    default:
      return undefined;
  }
}

/** MFTF writes a number in place of any other text. */
function indexOf(values: StepValues): string | undefined {
  const { index } = values.step.attributes;
  if (index !== undefined && !/^\d+$/.test(index))
    throw new CestRefusal(`The index "${index}" is no number.`);
  return index;
}

function fieldLines(values: StepValues): string[] {
  const variable = `$${values.step.stepKey}Fields`;
  // Of two fields with one key the last one counts.
  const fields = new Map(values.childrenOf('field').map((field) => [field.attributes.key, field.text]));
  return Array.from(fields, ([key, source]) => {
    const text = values.quote(source);
    // What MFTF writes is no PHP.
    if (text === '""' || text.trim() === '') throw new CestRefusal(`The field "${key}" is empty: ${source}.`);
    return `${variable}['${key}'] = ${text};`;
  });
}

function requiredList(values: StepValues): string {
  const keys = values.childrenOf('requiredEntity').map((child) => `"${child.attributes.createDataKey}"`);
  return `[${[...new Set(keys)].join(', ')}]`;
}

const dataHandler = 'PersistedObjectHandler::getInstance()';

/** Before and after a suite MFTF writes some steps of data in its own way: it knows no store there, and omits `<updateData>`. */
const suiteLines: Record<string, (values: StepValues) => string[] | undefined> = {
  createData(values) {
    const { stepKey, attributes } = values.step;
    const fields = fieldLines(values);
    const last = fields.length === 0 ? [] : [`$${stepKey}Fields`];
    const list = [`"${stepKey}"`, '"suite"', `"${attributes.entity}"`, requiredList(values), ...last];
    const rows = list.map((argument, index) => `    ${argument}${index === list.length - 1 ? '' : ','}`);
    return [...fields, `${dataHandler}->createEntity(`, ...rows, ');'];
  },
  updateData: () => [],
  deleteData(values) {
    const key = values.step.attributes.createDataKey;
    if (key === undefined) return undefined;
    return [`${dataHandler}->deleteEntity(`, `\t"${key}",`, '    "suite"', ');'];
  },
};

function line(values: StepValues, style: Style, method: string, list: (string | undefined)[]): string {
  const argumentList = list.filter((argument) => argument !== undefined).join(', ');
  return `${style.call(method, argumentList)}; // stepKey: ${values.step.stepKey}`;
}
