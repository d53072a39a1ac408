import { groupBy } from '../../model/group-by.ts';
import type { EnvironmentStatusView, ProblemView, StatusView } from '../../operations/system/status-view.ts';
import { ago, approxDuration, clean, colourOf, localTime, plural } from './format.ts';
import { printTable } from './table.ts';
import type { Output } from './terminal.ts';
import { truncate } from './text.ts';

/** So many environments have a line each; more are grouped by what they do. */
const maxListedEnvironments = 10;

/** How the status is printed. */
export interface StatusStyle {
  /** Where it comes from. */
  source: string;
  /** A line for each environment and each worker, and all names. */
  all: boolean;
  now: Date;
}

/** What a section is called on the screen, the most urgent first. */
const areaTitles: Record<ProblemView['area'], string> = {
  alerts: 'ALERTS',
  runs: 'STUCK RUNS',
  workers: 'WORKERS',
  environments: 'BROKEN ENVIRONMENTS',
  locks: 'LOCKS',
  engine: 'CONTAINER ENGINE',
  schedules: 'SCHEDULES',
};

/** A line of the screen; `colour` is applied after it was truncated. */
interface Line {
  text: string;
  colour?: (text: string) => string;
}

/**
 * Prints the status: what is wrong first, then what waits and why, then the rest as counts. On a terminal it fits the screen, however
 * many environments there are: equal problems are one line with the first names.
 */
export function printStatus(output: Output, status: StatusView, style: StatusStyle): void {
  const { paint } = output;
  const isLimited = output.interactive && !style.all;
  const rest = restLines(output, status);
  const waiting = waitingLines(output, status, style);
  const head: Line[] = [
    { text: `${style.source}  ${localTime(style.now.toISOString())}`, colour: paint.dim },
    headline(output, status),
  ];
  // What is wrong has at least half of the screen; one line is left for the prompt.
  const room = output.rows() - 1 - head.length - rest.length;
  const shownWaiting = isLimited ? limitLines(waiting, Math.max(4, Math.floor(room / 2))) : waiting;
  const problems = problemLines(output, status);
  const shownProblems = isLimited ? limitLines(problems, Math.max(6, room - shownWaiting.length)) : problems;
  for (const line of [...head, ...shownProblems, ...shownWaiting, ...rest]) printLine(output, line, style);
  if (style.all || status.environments.length <= maxListedEnvironments) printEnvironments(output, status);
}

function printLine(output: Output, { text, colour }: Line, { all }: StatusStyle): void {
  const shown = output.interactive && !all ? truncate(text, output.columns()) : text;
  output.line(colour === undefined ? shown : colour(shown));
}

/** The first lines, the last of which says how many more there are. */
function limitLines(lines: readonly Line[], max: number): Line[] {
  if (lines.length <= max) return [...lines];
  const kept = lines.slice(0, max - 1);
  return [...kept, { text: `  and ${plural(lines.length - kept.length, 'line')} more: matre status --all` }];
}

/** What is wrong, in one line: `1 stuck run, 2 lost workers, 12 broken environments`. */
export function summariseProblems({ problems }: StatusView): string {
  const urgent = problems.filter(({ status }) => status === 'problem');
  if (urgent.length === 0)
    return problems.length === 0 ? 'Nothing is wrong.' : plural(problems.length, 'warning');
  const byArea = groupBy(urgent, ({ area }) => area);
  const nouns: Record<ProblemView['area'], string> = {
    alerts: 'alert',
    runs: 'stuck run',
    workers: 'worker problem',
    environments: 'broken environment',
    locks: 'lock problem',
    engine: 'engine problem',
    schedules: 'schedule problem',
  };
  return [...byArea].map(([area, members]) => plural(members.length, nouns[area])).join(', ');
}

function headline({ paint }: Output, status: StatusView): Line {
  const text = summariseProblems(status);
  const isWrong = status.problems.some(({ status }) => status === 'problem');
  return { text, colour: isWrong ? paint.red.bold : paint.green.bold };
}

function problemLines(output: Output, { problems }: StatusView): Line[] {
  const { paint } = output;
  return [...groupBy(problems, ({ area }) => area)].flatMap(([area, members]): Line[] => [
    { text: areaTitles[area], colour: paint.bold },
    ...(area === 'environments'
      ? brokenLines(output, members)
      : members.flatMap((each) => problemText(output, each))),
  ]);
}

function problemText({ paint }: Output, { status, message, remedy, about, since }: ProblemView): Line[] {
  const mark = status === 'warning' ? 'warning: ' : '';
  const subject = about !== null && !message.includes(about) ? `${clean(about)}: ` : '';
  return [
    {
      text: `  ${mark}${subject}${clean(message)}${since === null ? '' : ` (since ${localTime(since)})`}`,
      colour: status === 'warning' ? paint.yellow : paint.red,
    },
    ...(remedy === null ? [] : [{ text: `    ${clean(remedy)}`, colour: paint.dim }]),
  ];
}

/** Environments that are broken for the same reason, the most frequent first. */
function brokenLines(output: Output, problems: readonly ProblemView[]): Line[] {
  const groups = [...groupBy(problems, ({ code }) => code ?? 'no result')];
  return groups
    .sort(([, one], [, other]) => other.length - one.length)
    .flatMap(([code, members]): Line[] => {
      const [first] = members as [ProblemView];
      const names = members.map(({ about }) => about ?? '');
      const prefix = `  ${members.length}  ${code}: `;
      return [
        { text: prefix + fitNames(output, names, prefix.length), colour: output.paint.magenta },
        { text: `    ${clean(first.message)}`, colour: output.paint.dim },
        ...(first.remedy === null ? [] : [{ text: `    ${clean(first.remedy)}`, colour: output.paint.dim }]),
      ];
    });
}

/** Names with commas, as many as fit the line on a terminal: `us, es and 10 more`. All of them in a pipe. */
function fitNames(output: Output, names: readonly string[], used: number): string {
  if (!output.interactive) return names.join(', ');
  const room = output.columns() - used;
  for (let count = names.length; count > 1; count -= 1) {
    const more = names.length - count;
    const text = names.slice(0, count).join(', ') + (more > 0 ? ` and ${more} more` : '');
    if (text.length <= room) return text;
  }
  return names.length <= 1 ? (names[0] ?? '') : `${names[0]} and ${names.length - 1} more`;
}

/** The queued runs by why they wait, the most frequent first. */
function waitingLines(
  output: Output,
  { environments, oldestQueuedAt }: StatusView,
  { now }: StatusStyle,
): Line[] {
  const waiting = environments.filter(({ queued }) => queued > 0);
  if (waiting.length === 0) return [];
  const runs = waiting.reduce((sum, { queued }) => sum + queued, 0);
  const since = oldestQueuedAt === null ? '' : `, the oldest was queued ${ago(oldestQueuedAt, now)}`;
  const title = `WAITING: ${plural(runs, 'run')} on ${plural(waiting.length, 'environment')}${since}`;
  const groups = [...groupBy(waiting, waitReason)].sort(([, one], [, other]) => other.length - one.length);
  return [
    { text: title, colour: output.paint.bold },
    ...groups.map(([reason, members]): Line => {
      const prefix = `  ${members.length}  ${clean(reason)}: `;
      return {
        text:
          prefix +
          fitNames(
            output,
            members.map(({ code }) => code),
            prefix.length,
          ),
        colour: output.paint.yellow,
      };
    }),
  ];
}

/** Without the number of the run, so that environments that wait for their own runs are one group. */
function waitReason({ waits }: EnvironmentStatusView): string {
  if (waits === null) return 'wait behind others';
  return waits.code === 'environment-busy' ? 'environment busy with a run' : waits.message;
}

/** What works, as counts; names only of what is in use. */
function restLines(output: Output, status: StatusView): Line[] {
  const { workers, environments, locks, containers } = status;
  const running = environments.filter(({ running }) => running !== null);
  const paused = environments.filter(({ paused }) => paused !== null);
  const slots = workers
    .filter(({ alive, stopping }) => alive && !stopping)
    .reduce((sum, { slots }) => sum + slots, 0);
  const up = workers.filter(({ alive }) => alive);
  const stopping = up.filter((worker) => worker.stopping).length;
  const free = environments.filter(
    (each) => each.running === null && each.paused === null && each.queued === 0,
  );
  const named = (prefix: string, names: readonly string[]): Line[] =>
    names.length === 0 ? [] : [{ text: `${prefix}${fitNames(output, names, prefix.length)}` }];
  return [
    { text: 'THE REST', colour: output.paint.bold },
    {
      text: `  Workers       ${up.length} up${stopping > 0 ? `, ${stopping} stopping` : ''}; ${running.length} of ${slots} worker slots busy`,
    },
    {
      text: `  Environments  ${environments.length}: ${running.length} running, ${paused.length} paused, ${free.length} free`,
    },
    { text: `  Last runs     ${lastRunCounts(environments)}` },
    { text: `  Locks         ${locksText(locks)}` },
    { text: `  Containers    ${containersText(containers)}` },
    ...named('  Running       ', running.map(runningText)),
    ...named(
      '  Paused        ',
      paused.map(({ code, paused }) => `${code} (${clean(paused?.reason ?? '')})`),
    ),
  ];
}

function locksText({ kind, reachable, held }: StatusView['locks']): string {
  const place = kind === 'redis' ? 'in Redis' : 'in the process';
  return reachable ? `${held.length} held, ${place}` : `${place}, not reachable`;
}

function runningText({ code, running, progress }: EnvironmentStatusView): string {
  const done = progress === null || progress.planned === 0 ? '' : ` ${progress.done}/${progress.planned}`;
  const left = progress?.msLeft == null ? '' : ` ${approxDuration(progress.msLeft)} left`;
  return `${code} (run ${running}${done}${left})`;
}

function lastRunCounts(environments: readonly EnvironmentStatusView[]): string {
  const counts = groupBy(environments, ({ lastRun }) => lastRun?.verdict ?? 'without a finished run');
  return [...counts].map(([verdict, members]) => `${members.length} ${verdict}`).join(', ') || '-';
}

function containersText(containers: StatusView['containers']): string {
  if (containers === null) return 'not known: the engine has not answered here';
  const { total, healthy, stale } = containers;
  const replaced = stale.length === 0 ? '' : `, ${stale.length} stale (replaced before their next run)`;
  return `${healthy} of ${total} running as they should${replaced}`;
}

/** A line for each environment and each worker. */
function printEnvironments(output: Output, { workers, environments }: StatusView): void {
  output.line();
  printTable(
    output,
    [
      { heading: 'Environment', text: ({ code }) => code, truncate: 'middle' },
      { heading: 'Now', text: ({ running, paused }) => activityOf(running, paused), truncate: 'end' },
      { heading: 'Queued', text: ({ queued }) => String(queued) },
      {
        heading: 'Last run',
        text: ({ lastRun }) => (lastRun === null ? '-' : `${lastRun.verdict} (${lastRun.id})`),
        colour: (text, { lastRun }) =>
          lastRun === null ? text : colourOf(output.paint, lastRun.verdict, text),
      },
      { heading: 'Address', text: ({ baseUrl }) => baseUrl },
    ],
    environments,
  );
  if (workers.length === 0) return;
  output.line();
  printTable(
    output,
    [
      { heading: 'Worker', text: ({ id }) => id, truncate: 'middle' },
      { heading: 'Slots', text: ({ slots }) => String(slots) },
      { heading: 'State', text: ({ alive, stopping }) => (alive ? (stopping ? 'stopping' : 'up') : 'lost') },
      { heading: 'Seen', text: ({ seenAt }) => ago(seenAt) },
      { heading: 'Waits for', text: ({ waitsFor }) => (waitsFor === null ? '' : clean(waitsFor.message)) },
    ],
    workers,
  );
}

function activityOf(running: number | null, paused: { reason: string } | null): string {
  const run = running === null ? 'free' : `run ${running}`;
  return paused === null ? run : `paused (${paused.reason})${running === null ? '' : `, ${run}`}`;
}
