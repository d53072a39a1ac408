import { countLimit, retention, sizeLimit } from '../setting-parsers.ts';
import { setting } from './setting.ts';

/** How long, and how much, is kept: see docs/retention.md. */
export const retentionSettings = {
  MATRE_KEEP_FILES: setting({
    group: 'Store',
    schema: retention,
    default: '90d',
    description:
      'How long logs, screenshots and other files of a run are kept after it has finished; the run and its results stay. 0: no limit.',
  }),
  MATRE_MAX_FILES: setting({
    group: 'Store',
    schema: sizeLimit,
    default: '0',
    description:
      'The maximum size of the files of all finished runs, such as 50g: beyond it, those of the oldest are removed. 0: no limit.',
  }),
  MATRE_KEEP_RUNS: setting({
    group: 'Store',
    schema: retention,
    default: '0',
    description:
      'How long runs are kept with their results after they have finished. Sums by week stay, and so do runs that are pinned or that something still needs (docs/retention.md). 0: no limit.',
  }),
  MATRE_MAX_RESULTS: setting({
    group: 'Store',
    schema: countLimit,
    default: '0',
    description:
      'The maximum number of results of tests: beyond it, the oldest runs are removed with theirs. 0: no limit.',
  }),
  MATRE_KEEP_AUDIT: setting({
    group: 'Store',
    schema: retention,
    default: '0',
    description: 'How long entries of the audit trail are kept. 0: no limit.',
  }),
  MATRE_MAX_AUDIT: setting({
    group: 'Store',
    schema: countLimit,
    default: '0',
    description: 'The maximum number of entries of the audit trail; the newest stay. 0: no limit.',
  }),
  MATRE_KEEP_NOTES: setting({
    group: 'Store',
    schema: retention,
    default: '30d',
    description:
      'How long the note of a cause of failures is kept after the cause was seen last, or the note was changed. 0: no limit.',
  }),
  MATRE_KEEP_MESSAGES: setting({
    group: 'Store',
    schema: retention,
    default: '90d',
    description: 'How long messages that were sent, given up or dropped stay listed. 0: no limit.',
  }),
  MATRE_MAX_MESSAGES: setting({
    group: 'Store',
    schema: countLimit,
    default: '0',
    description:
      'The maximum number of messages that were sent, given up or dropped; the newest stay. 0: no limit.',
  }),
};
