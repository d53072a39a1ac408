import type { Channel } from '../../model/channel.ts';
import { type ChannelKind, DeliveryFault } from './channel.ts';

/**
 * The settings and secrets of a channel as its kind expects them; those that another version stored may be others. Errors: a
 * DeliveryFault with CHANNEL_INVALID.
 */
export function parseChannel(
  kind: ChannelKind,
  channel: Pick<Channel, 'name' | 'settings'>,
  stored: unknown,
): { settings: unknown; secrets: unknown } {
  const settings = kind.settings.safeParse(channel.settings);
  const secrets = kind.secrets.safeParse(stored);
  if (settings.success && secrets.success) return { settings: settings.data, secrets: secrets.data };
  const part = settings.success ? 'secrets' : 'settings';
  const message = `The ${part} of channel ${JSON.stringify(channel.name)} are incomplete.`;
  throw new DeliveryFault('CHANNEL_INVALID', message, { permanent: true });
}
