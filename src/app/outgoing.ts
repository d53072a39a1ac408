import type { Artifacts } from '../artifacts/artifacts.ts';
import type { Config } from '../config/config.ts';
import { createAddressLimits } from '../messages/outgoing/address-limits.ts';
import { createOutgoing } from '../messages/outgoing/outgoing.ts';
import { createPictureReader } from '../messages/outgoing/read-picture.ts';
import type { Context } from '../operations/core/context.ts';

/** What channels send messages with. `close` ends the requests that are under way. */
export function createAppOutgoing(
  { messages }: Pick<Config, 'messages'>,
  artifacts: Pick<Artifacts, 'open'>,
): { outgoing: Context['outgoing']; close(): void } {
  const limits = createAddressLimits(messages.allowedNetworks);
  const { http, connect, close } = createOutgoing({ limits, proxy: messages.proxy });
  return { outgoing: { http, connect, readPicture: createPictureReader(artifacts) }, close };
}
