import type { Replay, ReplayEntry } from '#src/model/replay.ts';
import type { StepView } from '#src/operations/results/run-results.ts';
import { numberSteps, type StepNode } from '../failure/step-tree.ts';

/** Something that happened while a test ran. Times are milliseconds since 1970. */
export interface Moment {
  key: string;
  at: number;
  /** When the page shows its effect: the end of a step. */
  end: number;
  kind: 'step' | ReplayEntry['kind'];
  /** The number of a step, the level of the console, the answer to a request. */
  label: string;
  text: string;
  isBad: boolean;
}

/** The steps of a test and what its browser reported, in the order of time. Steps without a time are left out. */
export function momentsOf(steps: readonly StepView[], entries: readonly ReplayEntry[]): Moment[] {
  const moments = [
    ...leavesOf(numberSteps(steps)).flatMap(momentOfStep),
    ...entries.map((entry, index) => ({ key: `entry ${index}`, ...momentOfEntry(entry) })),
  ];
  return moments.sort((one, other) => one.at - other.at);
}

const leavesOf = (nodes: readonly StepNode[]): StepNode[] =>
  nodes.flatMap((node) => (node.steps.length === 0 ? [node] : leavesOf(node.steps)));

function momentOfStep({ path, title, number, step, leadsToFailure }: StepNode): Moment[] {
  const at = step.startedAt;
  if (at === undefined) return [];
  const end = at + step.durationMs;
  return [{ key: path, at, end, kind: 'step', label: String(number), text: title, isBad: leadsToFailure }];
}

function momentOfEntry(entry: ReplayEntry): Omit<Moment, 'key'> {
  const { at, kind } = entry;
  const common = { at, end: at, kind };
  if (kind === 'page') return { ...common, label: 'page', text: entry.url, isBad: false };
  if (kind === 'dialog') return { ...common, label: 'dialog', text: entry.text, isBad: false };
  if (kind === 'request')
    return { ...common, label: entry.problem, text: `${entry.method} ${entry.url}`, isBad: true };
  return { ...common, label: entry.level, text: entry.text, isBad: entry.level === 'error' };
}

/** The index of the picture that was last at a time, or of the first one; -1 without pictures. */
export function pictureAt(pictures: Replay['pictures'], at: number): number {
  const last = pictures.findLastIndex((picture) => picture.at <= at);
  return last === -1 && pictures.length > 0 ? 0 : last;
}

/** When a replay opens: at the end of the step that failed, else at the end. */
export function initialTime(moments: readonly Moment[], { pictures, endedAt }: Replay): number {
  const failed = moments.find(({ kind, isBad }) => kind === 'step' && isBad);
  return failed?.end ?? pictures.at(-1)?.at ?? endedAt;
}

/** The content of a file of a replay; `undefined` when it is damaged. */
export function parseReplay(content: string): Replay | undefined {
  try {
    const value: Replay = JSON.parse(content);
    const isWhole = Array.isArray(value.pictures) && Array.isArray(value.entries);
    return isWhole && typeof value.startedAt === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}
