/** The outcomes that have a template of their own. */
export const templateOutcomes = [
  'running',
  'passed',
  'failed',
  'broken',
  'recovered',
  'cancelled',
  'failures',
  'alert-started',
  'alert-ended',
  'reservation-started',
  'reservation-near-end',
  'reservation-cancelled',
  'digest',
] as const;
export type TemplateOutcome = (typeof templateOutcomes)[number];
