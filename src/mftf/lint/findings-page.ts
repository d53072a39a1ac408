import { groupBy } from '../../model/group-by.ts';
import {
  type FindingsPage,
  type FindingsQuery,
  type LintFinding,
  lintCodes,
  lintLevels,
  type RuleCount,
} from '../../model/lint.ts';
import type { Linted } from './lint.ts';
import type { CommittedBaseline } from './read-baseline.ts';

/** The findings that match a query, from an offset on in its order, with what all of them are. */
export function findingsPage(
  { files, treeFiles, findings }: Linted,
  { level, code, search = '', only, order = 'place', offset, limit }: FindingsQuery,
  baselines: readonly CommittedBaseline[] = [],
): FindingsPage {
  const entries = new Set(baselines.flatMap((each) => ('problem' in each ? [] : each.fingerprints)));
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const candidates = findings.filter(
    (finding) => !(only === 'new' && entries.has(finding.fingerprint)) && hasWords(finding, words),
  );
  const matches = candidates.filter(
    (finding) =>
      (level === undefined || finding.level === level) && (code === undefined || finding.code === code),
  );
  const ordered = order === 'level' ? byLevel(matches, entries) : matches;
  const page = ordered.slice(offset, offset + limit);
  return {
    files,
    treeFiles,
    rules: countRules(candidates),
    total: matches.length,
    findings: page.map((finding) => ({ ...finding, inBaseline: entries.has(finding.fingerprint) })),
    more: Math.max(0, matches.length - offset - page.length),
    baseline: describeBaselines(findings, entries, baselines),
  };
}

/** The gravest first, of each level those first that are not in `entries`. */
function byLevel(findings: readonly LintFinding[], entries: ReadonlySet<string>): LintFinding[] {
  return lintLevels.flatMap((level) => {
    const group = findings.filter((finding) => finding.level === level);
    const isKnown = ({ fingerprint }: LintFinding) => entries.has(fingerprint);
    return [...group.filter((finding) => !isKnown(finding)), ...group.filter(isKnown)];
  });
}

function hasWords({ path, code, message }: LintFinding, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = `${path} ${code} ${message}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** In the order of the rules, which is that of `matre lint --rules`. */
function countRules(findings: readonly LintFinding[]): RuleCount[] {
  const groups = groupBy(findings, ({ code }) => code);
  return lintCodes.flatMap((code) => {
    const group = groups.get(code);
    return group?.[0] === undefined ? [] : [{ code, level: group[0].level, findings: group.length }];
  });
}

function describeBaselines(
  findings: readonly LintFinding[],
  entries: ReadonlySet<string>,
  baselines: readonly CommittedBaseline[],
): FindingsPage['baseline'] {
  if (baselines.length === 0) return null;
  const present = new Set(findings.map(({ fingerprint }) => fingerprint));
  return {
    findings: entries.size,
    outdated: [...entries].filter((fingerprint) => !present.has(fingerprint)).length,
    problem: baselines.flatMap((each) => ('problem' in each ? each.problem : [])).join(' ') || null,
  };
}
