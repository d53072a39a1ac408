/**
 * Codes of deliveries to channels. A delivery is an attempt of the outbox: its fault is stored with the message. Of the requests of users
 * only the test of a channel ends with it. The codes are part of the registry in `fault.ts`.
 */
import { infrastructure } from '../fault-entry.ts';

const retried = 'The message waits and is sent again with growing delays; after a day it is given up.';

export const deliveryFaults = {
  CHANNEL_UNREACHABLE: infrastructure(
    502,
    retried,
    'Check that the service is up, and that this machine reaches it (a proxy or firewall may be between).',
  ),
  CHANNEL_ADDRESS_REFUSED: infrastructure(
    502,
    `The receiver has an address to which no message may be sent. ${retried}`,
    'Correct the address of the channel, or allow it with MATRE_MESSAGES_ALLOWED_NETWORKS (docs/security.md).',
  ),
  CHANNEL_BUSY: infrastructure(
    503,
    'The message waits until the moment that the service named.',
    'Nothing to do. If it happens often, send fewer messages to this channel: `matre rule list`.',
  ),
  CHANNEL_SIGN_IN_REFUSED: infrastructure(
    502,
    `The service refuses the token, the password or the address of the webhook. ${retried}`,
    'Create a new one in the service and store it: `matre channel edit NAME`.',
  ),
  CHANNEL_TARGET_UNKNOWN: infrastructure(
    502,
    `The place that the message is for does not exist, or matre may not write there. ${retried}`,
    'Correct the settings of the channel (`matre channel edit NAME`), or invite the app to the place.',
  ),
  MESSAGE_REFUSED: infrastructure(
    502,
    `The service does not accept the message. ${retried}`,
    'Read what the service answered. With a changed template, reset it to the default.',
  ),
};
