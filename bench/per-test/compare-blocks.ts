import type { Block, ExecutedTest } from './side-process.ts';

/** What processes have used by a time: milliseconds since 1970, and of processor time. */
export interface Sample {
  at: number;
  php: number;
  chrome: number;
}

/** Milliseconds from the last step of each test to the first one of the next. */
export function gapsOf({ tests }: Block): { from: number; to: number }[] {
  const ordered = tests
    .flatMap(({ from, to }) => (from === undefined || to === undefined ? [] : [{ from, to }]))
    .sort((a, b) => a.from - b.from);
  return ordered.slice(1).map(({ from }, index) => ({ from: ordered[index]?.to ?? from, to: from }));
}

/** What was used between two times, by samples of which the nearest ones are connected by a line. */
export function usedBetween(
  samples: readonly Sample[],
  kind: 'php' | 'chrome',
  from: number,
  to: number,
): number {
  const usedBy = (time: number) => {
    const after = samples.findIndex(({ at }) => at >= time);
    const [before, next] = [samples[after - 1], samples[after]];
    if (next === undefined) return samples.at(-1)?.[kind] ?? Number.NaN;
    if (before === undefined) return next[kind];
    const share = (time - before.at) / (next.at - before.at || 1);
    return before[kind] + share * (next[kind] - before[kind]);
  };
  return usedBy(to) - usedBy(from);
}

/** What differs in the outcomes of the same tests; an empty list when nothing does. */
export function differencesOf(before: Block, after: Block): string[] {
  const others = new Map(after.tests.map((test) => [test.test, test]));
  return before.tests.flatMap((one) => {
    const other = others.get(one.test);
    const difference = other === undefined ? 'was not executed' : differenceOf(one, other);
    return difference === undefined ? [] : [`${one.test}: ${difference}`];
  });
}

function differenceOf(one: ExecutedTest, other: ExecutedTest): string | undefined {
  if (one.status !== other.status) return `${one.status}, ${other.status} (${one.message}; ${other.message})`;
  const [message, otherMessage] = [plain(one.message ?? ''), plain(other.message ?? '')];
  if (message !== otherMessage) return `"${message}", "${otherMessage}"`;
  const at = one.steps.findIndex((step, index) => plain(step) !== plain(other.steps[index] ?? ''));
  if (at >= 0) return `step ${at + 1} "${one.steps[at]}", "${other.steps[at]}"`;
  if (one.steps.length !== other.steps.length) return `${one.steps.length} and ${other.steps.length} steps`;
  const attachments = one.attachments.map(plain).join(', ');
  const otherAttachments = other.attachments.map(plain).join(', ');
  return attachments === otherAttachments ? undefined : `files ${attachments}; ${otherAttachments}`;
}

/** A text without what is new in each execution: ids of MFTF and of the browser, numbers of entities, times. */
function plain(text: string): string {
  return text
    .replace(/\b[0-9a-f]{10,}\b/g, 'ID')
    .replace(/[0-9a-f]{13}/g, 'ID')
    .replace(/\d+/g, 'N');
}
