import { emptySelection, type Selection } from '../../model/selection.ts';
import type { PhpSuite } from '../records.ts';
import type { TestCommand } from './test-command.ts';

/** `undefined` for a suite of an unknown type. */
export function selectionOf({ type, pattern, excluded }: PhpSuite): Selection | undefined {
  if (type === 'mftf_group') return { ...emptySelection, groups: [pattern], exclude: excluded };
  // The exclusions of a suite count for groups alone there.
  if (type === 'mftf_test') return { ...emptySelection, tests: pattern.split(/[\s,]+/) };
  return isOfPlaywright({ type }) ? { ...emptySelection, playwright: playwrightOf(pattern) } : undefined;
}

export const isOfPlaywright = ({ type }: Pick<PhpSuite, 'type'>) => type.startsWith('playwright_');

/** php-matre passes the pattern on as `--grep`, for groups and single tests. */
const playwrightOf = (pattern: string) => (pattern === '' ? {} : { grep: pattern });

export const playwrightNote =
  'needs MATRE_PLAYWRIGHT (docs/playwright.md); its tests read the address as PLAYWRIGHT_BASE_URL, there as BASE_URL';

/** The tests of a command that names no suite of its type; `undefined` when there are none. */
export function selectionOfCommand(
  { type, filter }: Pick<TestCommand, 'type' | 'filter'>,
  suite: PhpSuite | undefined,
): Selection | undefined {
  const pattern = filter ?? suite?.pattern ?? '';
  const playwright = type === 'mftf' ? {} : { playwright: playwrightOf(pattern) };
  if (type === 'playwright') return { ...emptySelection, ...playwright };
  // MFTF needs a name there, and the whole run fails without one.
  if (pattern === '') return undefined;
  return suite?.type === 'mftf_group'
    ? { ...emptySelection, groups: [pattern], exclude: suite.excluded, ...playwright }
    : { ...emptySelection, tests: [pattern], ...playwright };
}
