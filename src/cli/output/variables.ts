import type { VariableView } from '../../operations/core/views.ts';
import { momentText } from '../moment.ts';
import { ago, clean } from './format.ts';
import { type Column, printTable } from './table.ts';
import type { Output } from './terminal.ts';

/**
 * Prints variables with their values; descriptions and rotations where there are any. `globals`: how many there are for all environments,
 * when these are those of one.
 */
export function printVariables(output: Output, variables: readonly VariableView[], globals = 0): void {
  if (variables.length === 0) {
    const others = `The environment has no variables of its own; ${globals} are for all environments (matre variable list).`;
    output.line(globals === 0 ? 'There are no variables.' : others);
    return;
  }
  const columns: Column<VariableView>[] = [
    { heading: 'Variable', text: ({ name }) => name, truncate: 'middle' },
    { heading: 'Value', text: shownValue, truncate: 'end' },
  ];
  if (variables.some(({ rotation }) => rotation !== null)) {
    columns.push({ heading: 'New value', text: rotationText });
  }
  if (variables.some(({ description }) => description !== '')) {
    columns.push({ heading: 'Description', text: ({ description }) => description, truncate: 'end' });
  }
  printTable(output, columns, variables);
}

/** The value of a variable, or why it is not shown. */
export function shownValue({ secret, value }: Pick<VariableView, 'secret' | 'value'>): string {
  return secret ? '(secret)' : clean(value ?? '(hidden)');
}

/** When a secret gets another value, and who set it; empty without a rotation. */
export function rotationText({ rotation }: Pick<VariableView, 'rotation'>): string {
  return rotation === null ? '' : `from ${momentText(rotation.at)}, set by ${clean(rotation.by)}`;
}

/** When the value last changed, and who changed it. */
export function changeText({ changedAt, changedBy }: Pick<VariableView, 'changedAt' | 'changedBy'>): string {
  if (changedAt === null) return 'not recorded';
  return `${ago(changedAt)}${changedBy === null ? '' : ` by ${clean(changedBy)}`}`;
}
