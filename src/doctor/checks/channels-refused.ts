import { listChannels } from '../../store/tables/channels.ts';
import { type Finding, problem, problemsOrOk, type QuickCheck, warning } from '../check.ts';

/** Channels whose receiver refuses messages, and messages without links. */
export const channelsRefused: QuickCheck = {
  name: 'channels-refused',
  labels: {
    subject: 'the channels of messages',
    ok: 'channels accept messages',
    problem: 'a channel refuses messages',
  },
  description: 'what the receiver of each channel said last, and whether messages can have links',
  symptoms: ['messages do not arrive', 'messages have no links'],
  codes: ['CHANNEL_REFUSED', 'CHANNEL_WITHOUT_LINKS'],

  async run({ config, database }) {
    const channels = await listChannels(database);
    const findings: Finding[] = channels.flatMap(({ name, disabled, problem: reason }) => {
      if (reason === undefined) return [];
      const off = disabled ? `, and was switched off by ${disabled.by}` : '';
      return problem('CHANNEL_REFUSED', `Channel ${name} accepts no messages${off}: ${reason}`, {
        about: name,
        remedy: `matre channel edit ${JSON.stringify(name)}, then matre channel test ${JSON.stringify(name)}`,
      });
    });
    const isUsed = channels.some(({ disabled }) => disabled === undefined);
    if (isUsed && config.server.publicUrl === undefined) {
      const message = 'MATRE_PUBLIC_URL is not set, so messages have no links to runs and failures.';
      findings.push(warning('CHANNEL_WITHOUT_LINKS', message));
    }
    return problemsOrOk(findings, 'No channel refuses messages.');
  },
};
