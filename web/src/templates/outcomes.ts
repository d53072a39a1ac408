/** What a template is for, in the words of users. */
const outcomeTexts: Record<string, string> = {
  running: 'While a submission runs',
  passed: 'Passed',
  failed: 'Failed',
  broken: 'Broken',
  recovered: 'Recovered',
  cancelled: 'Cancelled',
  failures: 'Failures of a run, in the thread',
  'alert-started': 'An alert begins',
  'alert-ended': 'An alert ends',
  'reservation-started': 'A reservation begins',
  'reservation-near-end': 'A reservation ends soon',
  'reservation-cancelled': 'A reservation could not begin',
  digest: 'Daily or weekly digest',
};

export const outcomeText = (outcome: string) => outcomeTexts[outcome] ?? outcome;

/** Whether a template of an outcome is about a submission. */
export const isAboutSubmission = (outcome: string) => !/^alert|^reservation|^digest/.test(outcome);
