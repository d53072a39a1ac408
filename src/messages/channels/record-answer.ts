import type { Channel } from '../../model/channel.ts';
import type { Channels } from '../../store/tables/channels.ts';
import type { DeliveryFault } from './channel.ts';

/**
 * Records what the answer to an attempt says about its channel: it works (`fault` is `undefined`), or refuses messages until something is
 * changed. A fault of one message, or one that disappears, says nothing about the channel.
 */
export async function recordAnswer(
  channels: Pick<Channels, 'setProblem'>,
  channel: Channel,
  fault: DeliveryFault | undefined,
): Promise<void> {
  if (!fault) {
    if (channel.problem !== undefined) await channels.setProblem(channel, undefined);
  } else if (fault.permanent && fault.code.startsWith('CHANNEL')) {
    await channels.setProblem(channel, fault.message, { gone: fault.gone });
  }
}
