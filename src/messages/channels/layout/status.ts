import type { ReservationFacts } from '../../../model/message-facts.ts';
import type { Verdict } from '../../../model/run.ts';
import type { Delivery } from '../channel.ts';

/** What a message is about, in a word with a sign: a colour alone says nothing to those who do not see it. */
export interface MessageStatus {
  word: string;
  /** An emoji; each status has a different shape. */
  sign: string;
  tone: 'good' | 'bad' | 'warning' | 'neutral';
}

const ofVerdict: Record<Verdict, MessageStatus> = {
  passed: { word: 'Passed', sign: '✅', tone: 'good' },
  failed: { word: 'Failed', sign: '❌', tone: 'bad' },
  broken: { word: 'Broken', sign: '⚠️', tone: 'warning' },
  cancelled: { word: 'Cancelled', sign: '🚫', tone: 'neutral' },
};

const ofReservation: Record<ReservationFacts['phase'], MessageStatus> = {
  started: { word: 'Reserved', sign: '🔒', tone: 'neutral' },
  'near-end': { word: 'Reservation ends soon', sign: '⌛', tone: 'warning' },
  cancelled: { word: 'Not reserved', sign: '🚫', tone: 'warning' },
};

/** The status of a message; `undefined` for a reply, which has that of its post. */
export function statusOf({ content: { facts }, purpose }: Delivery): MessageStatus | undefined {
  if (purpose === 'test') return { word: 'Test message', sign: '🔔', tone: 'neutral' };
  if (purpose === 'reply' && facts.kind === 'submission') return;
  switch (facts.kind) {
    case 'alert':
      return facts.phase === 'started'
        ? { word: 'Alert', sign: '🚨', tone: 'bad' }
        : { word: 'Alert ended', sign: '✅', tone: 'good' };
    case 'reservation':
      return ofReservation[facts.phase];
    case 'digest': {
      const word = facts.period === 'daily' ? 'Daily digest' : 'Weekly digest';
      return { word, sign: '📊', tone: 'neutral' };
    }
    case 'submission': {
      const { verdict } = facts.submission;
      if (facts.phase === 'finished' && verdict !== null) return ofVerdict[verdict];
      const isFailing = facts.runs.some(({ counts }) => counts.failed > counts.quarantined);
      return isFailing
        ? { word: 'Running, with failures', sign: '⏳', tone: 'bad' }
        : { word: facts.phase === 'started' ? 'Started' : 'Running', sign: '⏳', tone: 'neutral' };
    }
  }
}
