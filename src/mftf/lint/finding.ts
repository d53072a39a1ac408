import type { LintCode } from '../../model/lint.ts';
import type { DefinitionPlace } from './index-definitions.ts';

/** A finding before it has a level and a fingerprint. */
export interface RawFinding {
  code: LintCode;
  path: string;
  line: number;
  message: string;
  /** What has it: `test Name`; absent for a whole file. */
  definition?: string;
  /** What it is about: the same after lines were moved. */
  subject: string;
}

/** A finding at a line of a definition. */
export function findingIn(
  { path, definition: { kind, name } }: DefinitionPlace,
  finding: Pick<RawFinding, 'code' | 'line' | 'subject' | 'message'>,
): RawFinding {
  return { path, definition: `${kind} ${name}`, ...finding };
}
