import { z } from 'zod';
import { type LintFinding, lintCodes } from './lint.ts';

/** The name of a baseline in the root of a repository, where the server looks for it. */
export const lintBaselineFile = 'matre-lint.json';

/** Findings that a module has already. The message and the path are for readers; the fingerprint identifies a finding. */
const lintBaseline = z.object({
  version: z.literal(1),
  findings: z.array(
    z.object({
      fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
      code: z.string(),
      path: z.string(),
      message: z.string(),
    }),
  ),
});
export type LintBaseline = z.output<typeof lintBaseline>;

/** Parses the text of a baseline file. Throws a SyntaxError or a ZodError. */
export function parseLintBaseline(text: string): LintBaseline {
  return lintBaseline.parse(JSON.parse(text));
}

/** The text of a baseline file, a line for each finding and in an order that does not depend on lines, so that it merges well. */
export function formatLintBaseline(findings: readonly LintFinding[]): string {
  const entries = findings.map(({ fingerprint, code, path, message }) => ({
    fingerprint,
    code,
    path,
    message,
  }));
  const keyOf = ({ path, code, message, fingerprint }: (typeof entries)[number]) =>
    [path, String(lintCodes.indexOf(code)).padStart(2, '0'), message, fingerprint].join('\0');
  entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const lines = entries.map((entry) => `    ${JSON.stringify(entry)}`);
  return `{\n  "version": 1,\n  "findings": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

/** The findings that a baseline does not have, and how many of its entries no finding has any more. */
export function compareWithBaseline(
  findings: readonly LintFinding[],
  baseline: LintBaseline,
): { added: LintFinding[]; inBaseline: number; outdated: number } {
  const entries = new Set(baseline.findings.map(({ fingerprint }) => fingerprint));
  const added = findings.filter(({ fingerprint }) => !entries.has(fingerprint));
  const inBaseline = findings.length - added.length;
  return { added, inBaseline, outdated: entries.size - inBaseline };
}
