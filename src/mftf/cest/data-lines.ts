import type { Style } from './style.ts';
import type { StepValues } from './values.ts';

/** The lines of a step that creates, reads, changes or deletes data; `undefined` for another step. */
export function dataLines(values: StepValues, style: Style): string[] | undefined {
  const { step } = values;
  const { attributes, stepKey } = step;
  const entity = `"${attributes.entity}"`;
  const scope = `"${style.scope}"`;
  const required = `[${values
    .childrenOf('requiredEntity')
    .map((child) => `"${child.attributes.createDataKey}"`)
    .join(', ')}]`;
  switch (step.action) {
    case 'createData': {
      const fields = values
        .childrenOf('field')
        .map((field) => `$${stepKey}Fields['${field.attributes.key}'] = ${values.quote(field.text)};`);
      const custom = fields.length === 0 ? '[]' : `$${stepKey}Fields`;
      const list = [`"${stepKey}"`, scope, entity, required, custom, values.quoted('storeCode')];
      return [...fields, line(values, style, 'createEntity', list)];
    }
    case 'getData': {
      const list = [
        `"${stepKey}"`,
        scope,
        entity,
        required,
        values.quoted('storeCode') ?? 'null',
        values.raw('index'),
      ];
      return [line(values, style, 'getEntity', list)];
    }
    case 'updateData': {
      const list = [
        `"${attributes.createDataKey}"`,
        scope,
        `${entity},${required}`,
        values.quoted('storeCode'),
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

function line(values: StepValues, style: Style, method: string, list: (string | undefined)[]): string {
  const argumentList = list.filter((argument) => argument !== undefined).join(', ');
  return `${style.call(method, argumentList)}; // stepKey: ${values.step.stepKey}`;
}
