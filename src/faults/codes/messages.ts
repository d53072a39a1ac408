/** Codes of messages. They are part of the registry in `fault.ts`. */

const usage = (status: number, meaning: string, remedy: string) =>
  ({ kind: 'usage', status, transient: false, meaning, remedy }) as const;

export const messageFaults = {
  MESSAGE_UNKNOWN: usage(404, 'Nothing was changed.', 'Run `matre messages` to see the messages.'),
  MESSAGE_ENDED: usage(
    409,
    'Nothing was changed.',
    'Only a message that waits or was given up can be retried; `matre messages --state given-up` lists those.',
  ),
};
