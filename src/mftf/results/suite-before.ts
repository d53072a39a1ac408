import type { ExecEnd } from '../../engine/engine.ts';
import { beforeFailedHeading } from '../../model/failure-headline.ts';

/** What the output of a process says about the steps before a suite; all read in MFTF's SuiteClass, 3.8 and 5.3, and seen with 3.8. */
export type SuiteBefore =
  /** They succeeded, or the output does not say. */
  | { kind: 'unremarkable' }
  /** The process ended in them. `message`: why, as far as it says. */
  | { kind: 'unfinished'; message: string | undefined }
  /** They threw an exception without a message, which MFTF takes for success: the tests ran without the rest of these steps. */
  | { kind: 'cut-short'; group: string };

/** Reads the output of a process that executes a suite: its start, and its end, which may overlap. */
export function readSuiteBefore(suite: string, { start, end }: { start: string; end: string }): SuiteBefore {
  const begin = start.indexOf(`Beginning execution of ${suite} suite before block`);
  if (begin === -1) return { kind: 'unremarkable' };
  const complete = `Execution of ${suite} suite before block complete`;
  const stop = start.indexOf(complete, begin);
  if (stop === -1) {
    // The steps may have printed more than the start has.
    if (end.includes(complete) || end.includes(`suite after block`)) return { kind: 'unremarkable' };
    return { kind: 'unfinished', message: endMessage(end) };
  }
  const group = openGroup(start.slice(begin, stop));
  return group === undefined ? { kind: 'unremarkable' } : { kind: 'cut-short', group };
}

/** More of a message does not help. */
const maxMessageLength = 2_000;

/** The exception that ended the process, in the frame that Symfony's console draws around it, or PHP's own line. */
function endMessage(output: string): string | undefined {
  const heading = 'Suite condition failure:';
  const place = output.indexOf(heading);
  if (place !== -1) {
    const after = output.slice(place + heading.length, place + heading.length + maxMessageLength);
    const [, text = ''] = /^[ \t]*\n?([\s\S]*?)(?=\n[ \t]*\n|$)/.exec(after) ?? [];
    const message = text.replace(/\s+/g, ' ').trim();
    if (message !== '') return message;
  }
  return /^PHP (?:Fatal|Parse) error: .{0,1000}/m.exec(output)?.[0].trim();
}

/** Marks are printed without a line break, so the next one may follow a name directly. */
const groupMark =
  /(Entering|Exiting) Action Group \[(\w{1,255})\] (\w{1,255}?)(?=(?:Entering|Exiting) Action Group |\W|$)/g;

/** The last action group that was entered and not left. MFTF puts all groups on one level, so they do not nest. */
function openGroup(section: string): string | undefined {
  let open: string | undefined;
  for (const [, verb, key, name] of section.matchAll(groupMark)) {
    open = verb === 'Entering' ? `[${key}] ${name}` : undefined;
  }
  return open;
}

/** How far the steps before a suite came: the keys of the last calls of action groups. */
export interface SuiteProgress {
  /** Of the call that ended last. */
  ended: string | undefined;
  /** Of the call that did not end. */
  open: string | undefined;
}

/** Reads how far the steps before a suite came from the start of an output; `undefined` when that does not have all of them. */
export function readSuiteProgress(suite: string, start: string): SuiteProgress | undefined {
  const begin = start.indexOf(`Beginning execution of ${suite} suite before block`);
  const stop = start.indexOf(`Execution of ${suite} suite before block complete`, begin);
  if (begin === -1 || stop === -1) return undefined;
  const progress: SuiteProgress = { ended: undefined, open: undefined };
  for (const [, verb, key] of start.slice(begin, stop).matchAll(groupMark)) {
    if (verb === 'Exiting') progress.ended = key;
    progress.open = verb === 'Entering' ? key : undefined;
  }
  return progress;
}

/** Why a test failed whose suite failed before it, when MFTF does not say. */
export function describeSuiteBefore(
  suite: string,
  before: Exclude<SuiteBefore, { kind: 'unremarkable' }>,
  end: ExecEnd,
): string {
  if (before.kind === 'cut-short') {
    return `${beforeFailedHeading}\nThe steps before the suite ${suite} ended in the action group ${before.group}, with an exception without a message. MFTF executed the tests all the same.`;
  }
  const code = end.kind === 'exited' ? ` with exit code ${end.code}` : '';
  return `${beforeFailedHeading}\n${before.message ?? `The test process ended${code} in the steps before the suite ${suite}.`}`;
}
