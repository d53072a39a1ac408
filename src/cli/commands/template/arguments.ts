import { readFile } from 'node:fs/promises';
import { Argument } from 'commander';
import { Fault } from '../../../faults/fault.ts';
import { channelKindNames } from '../../../model/channel.ts';
import { templateOutcomes } from '../../../model/template-outcome.ts';

export const kindArgument = () => new Argument('<kind>', 'kind of channel').choices(channelKindNames);
export const outcomeArgument = () =>
  new Argument('<outcome>', 'what the message is about').choices(templateOutcomes);

export type Kind = (typeof channelKindNames)[number];
export type Outcome = (typeof templateOutcomes)[number];

/** A file as text. Errors: INPUT_INVALID when it cannot be read. */
export async function readSource(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Fault('INPUT_INVALID', `The file ${path} cannot be read.`, { cause: error });
  }
}
