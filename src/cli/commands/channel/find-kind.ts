import { Fault } from '../../../faults/fault.ts';
import { type ChannelKindView, listChannelKinds } from '../../../operations/channels/channel-kinds.ts';
import type { Caller } from '../../client/caller.ts';

/** The kind of channels with a name, as the server has it. Errors: INPUT_INVALID with the names of all. */
export async function findKind(caller: Caller, name: string): Promise<ChannelKindView> {
  const { kinds } = await caller.call(listChannelKinds, {});
  const kind = kinds.find((each) => each.kind === name);
  if (kind) return kind;
  const names = kinds.map((each) => each.kind).join(', ');
  throw new Fault(
    'INPUT_INVALID',
    `There is no channel kind ${JSON.stringify(name)}. Choose one of ${names}.`,
  );
}
