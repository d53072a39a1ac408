import type { Definitions, ResolvedTest } from '../resolver/model.ts';
import { resolution } from '../resolver/refusal.ts';
import { CestRefusal } from './refusal.ts';
import { defaultCestSettings } from './settings.ts';
import { stepLines } from './step-lines.ts';
import { cestStyle } from './style.ts';

/**
 * Why MFTF does not generate a skipped test; `undefined` when it does. It writes none of its steps, but resolves the references of those
 * outside of its hooks; of one that is skipped with its parent, those of the parent (measured with 3.8 and 6.0).
 */
export function refusalOfSkipped(test: ResolvedTest, definitions: Definitions): string | undefined {
  if (test.skippedParent !== undefined) return refusalOfSkipped(test.skippedParent, definitions);
  const context = {
    definitions,
    settings: defaultCestSettings,
    helpers: () => undefined,
    style: cestStyle('test'),
    remarks: { notices: [], secrets: new Set<string>() },
  };
  for (const step of test.steps) {
    if (step.action === 'helper') continue;
    try {
      const written = resolution(() => stepLines(step, context));
      if ('refusal' in written) return written.refusal.message;
    } catch (error) {
      if (error instanceof CestRefusal) return error.message;
      throw error;
    }
  }
  return undefined;
}
