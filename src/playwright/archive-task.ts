import { createRedactor } from '../mftf/redaction/redactor.ts';
import { defineTask } from '../threads/task.ts';
import { redactTrace } from './redact-trace.ts';

/** Hides secrets in an archive; see `redactTrace`. */
export const redactArchive = defineTask(
  import.meta.url,
  'redactArchive',
  async ({ file, secrets }: { file: string; secrets: readonly string[] }): Promise<boolean> =>
    redactTrace(file, await createRedactor(secrets)),
);
