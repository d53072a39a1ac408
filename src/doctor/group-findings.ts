import { normaliseMessage } from '../model/failure.ts';
import { groupBy } from '../model/group-by.ts';
import type { Check, FindingReport } from './check.ts';

/** Findings of one check that have the same cause, or a single finding. */
export interface FindingGroup {
  status: FindingReport['status'];
  /** `191 environments: the module env file is missing`; undefined for a single finding. */
  title: string | undefined;
  /** The text of all findings, with a placeholder for what each is about; undefined when they differ in more than that. */
  message: string | undefined;
  /** What to do, with the same placeholder; that of the first finding when they differ in more than that. */
  remedy: string | undefined;
  /** The positions of the findings in the report of the check, from 0. */
  findings: number[];
}

interface GroupOptions {
  labels: Check['labels'];
  /** The codes of the environments that were checked. */
  environments: ReadonlySet<string>;
}

/** Two findings are as easy to read as their title. */
const minMembers = 3;
/** More groups of one code are merged: their texts differ in what no rule knows, such as the names of users. */
const maxGroupsOfCode = 8;

/** What people read first. */
const statusOrder = ['problem', 'unknown', 'warning', 'ok'] satisfies FindingReport['status'][];

/**
 * Groups findings with the same status, code and text, apart from names, addresses and numbers. Problems come first, those of one status in
 * the order of the first of each.
 */
export function groupFindings(findings: readonly FindingReport[], options: GroupOptions): FindingGroup[] {
  const positions = findings.map((_, index) => index);
  const reportAt = (index: number) => findings[index] as FindingReport;
  const rankOf = (index: number) => statusOrder.indexOf(reportAt(index).status);
  const byCode = groupBy(positions, (index) => {
    const { status, code } = reportAt(index);
    return JSON.stringify([status, code]);
  });
  const groups = [...byCode.values()].flatMap((ofCode) => {
    const byText = groupBy(ofCode, (index) => {
      const { message, about } = reportAt(index);
      return normaliseMessage(withPlaceholder(message, about, '<name>'));
    });
    return byText.size > maxGroupsOfCode ? [ofCode] : [...byText.values()];
  });
  return groups
    .flatMap((members) => (members.length < minMembers ? members.map((index) => [index]) : [members]))
    .sort(([one = 0], [other = 0]) => rankOf(one) - rankOf(other) || one - other)
    .map((members) => viewGroup(members, members.map(reportAt), options));
}

function viewGroup(
  positions: number[],
  members: readonly FindingReport[],
  { labels, environments }: GroupOptions,
): FindingGroup {
  const [first] = members as [FindingReport];
  const { status, message, remedy } = first;
  if (members.length === 1) return { status, title: undefined, message, remedy, findings: positions };
  const areEnvironments = members.every(({ about }) => about !== undefined && environments.has(about));
  const placeholder = areEnvironments ? '<environment>' : '<name>';
  const label = status === 'ok' ? 'ok' : status === 'unknown' ? 'could not be checked' : labels.problem;
  const common = (text: (finding: FindingReport) => string | undefined) => {
    const texts = new Set(
      members.map((finding) => withPlaceholder(text(finding) ?? '', finding.about, placeholder)),
    );
    return texts.size === 1 ? [...texts][0] || undefined : undefined;
  };
  return {
    status,
    title: `${members.length} ${areEnvironments ? 'environments' : 'findings'}: ${label}`,
    message: common((finding) => finding.message),
    remedy: common((finding) => finding.remedy) ?? remedy,
    findings: positions,
  };
}

/** Replaces the name where it stands alone: `us`, but not in `status`. */
function withPlaceholder(text: string, name: string | undefined, placeholder: string): string {
  if (name === undefined || name === '') return text;
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return text.replace(new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`, 'g'), placeholder);
}
