/** Codes of messages. They are part of the registry in `fault.ts`. */
import { infrastructure, usage } from '../fault-entry.ts';

/** Stored with a message, never the fault of a request. */
const reason = (meaning: string, remedy: string) => infrastructure(502, meaning, remedy);

export const messageFaults = {
  MESSAGE_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre messages` to see the messages.'),
  MESSAGE_ENDED: usage(
    409,
    'Nothing was changed.',
    'Only a message that waits or was given up can be retried; `matre messages --state given-up` lists those.',
  ),
  MESSAGE_OUTDATED: reason(
    'The message was dropped before it was sent: what it announces is gone, or a later one announces it.',
    'Nothing to do.',
  ),
  MESSAGE_RESTORED: reason(
    'The message was dropped: it waited when the backup was made, and may have been sent before the restore.',
    'Nothing to do.',
  ),
  CHANNEL_REMOVED: reason('The message was dropped: its channel was removed.', 'Nothing to do.'),
  CHANNEL_UNAVAILABLE: reason(
    'The message was given up: its channel was disabled, or refused all messages, for a day.',
    'Enable the channel (`matre channel enable NAME`), then retry the message.',
  ),
  CHANNEL_INVALID: reason(
    'The message waits: this version of matre cannot use the stored settings of the channel.',
    'Correct the channel: `matre channel edit NAME`.',
  ),
};
