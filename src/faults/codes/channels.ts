/** Codes of channels. They are part of the registry in `fault.ts`. */
import { usage } from '../fault-entry.ts';

export const channelFaults = {
  CHANNEL_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre channel list` to see the channels.'),
  CHANNEL_EXISTS: usage(409, 'Nothing was changed.', 'Choose another name, or edit the existing channel.'),
  CHANNEL_KIND_UNKNOWN: usage(
    409,
    'Nothing was sent or changed.',
    'Use the version of matre that made the channel, or remove it.',
  ),
};
