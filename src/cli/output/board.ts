import { groupBy } from '../../model/group-by.ts';
import type { ProgressView } from '../../operations/runs/progress.ts';
import { approxDuration, clean, colourOf, durationText, statusText, tally, tookText } from './format.ts';
import type { Output } from './terminal.ts';
import { truncate, truncateMiddle } from './text.ts';

/** Shows the progress of runs: on a terminal one line for each run, redrawn in place; in a pipe one line for each change. */
export interface Board {
  show(progress: ProgressView): void;
  /** Prints lines that stay, above the progress. */
  note(print: (output: Output) => void): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

export function createBoard(output: Output): Board {
  return output.interactive ? createLiveBoard(output) : createPlainBoard(output);
}

function createPlainBoard(output: Output): Board {
  const printed = new Map<number, string>();
  return {
    show({ run, position }) {
      const where = position !== null && position > 1 ? ` (${position} in its queue)` : '';
      const reason = run.reason ?? run.waitsFor;
      const reasonText = reason === null ? '' : `: ${clean(reason.message)} (${reason.code})`;
      const text = `${run.environment} run ${run.id} ${statusText(run)}${where} ${tally(run.counts)}${reasonText}`;
      if (printed.get(run.id) === text) return;
      printed.set(run.id, text);
      output.line(text);
    },
    note: (print) => print(output),
    end() {},
  };
}

const redrawMs = 1_000;
const wideColumns = 100;
const wideBar = 16;
const narrowBar = 6;
/** The environment is truncated to no less than this. */
const minEnvironment = 12;

function createLiveBoard(output: Output): Board {
  const latest = new Map<number, LatestProgress>();
  let drawnLines = 0;
  const moveUp = () => (drawnLines > 0 ? `\u001b[${drawnLines}A` : '');
  const draw = () => {
    const now = Date.now();
    // The line below the last one belongs to the cursor. Lines that scrolled away could not be redrawn.
    const shown = selectRuns([...latest.values()], output.rows() - 2);
    const barWidth = output.columns() < wideColumns ? narrowBar : wideBar;
    const rows = shown.map(({ progress, at }) => liveRow(progress, { now, sinceMs: now - at, barWidth }));
    const lines = alignRows(rows, output);
    const hidden = [...latest.values()].filter((each) => !shown.includes(each));
    if (hidden.length > 0) lines.push(truncate(describeHidden(hidden), output.columns() - 1));
    // Clears what is below too: there may have been more lines.
    output.stream.write(`${moveUp()}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    drawnLines = lines.length;
  };
  // The times shown change without events.
  const timer = setInterval(draw, redrawMs);
  output.stream.write('\u001b[?25l');
  return {
    show(progress) {
      latest.set(progress.run.id, { progress, at: Date.now() });
      draw();
    },
    note(print) {
      output.stream.write(`${moveUp()}\u001b[J`);
      drawnLines = 0;
      print(output);
      draw();
    },
    end() {
      clearInterval(timer);
      draw();
      output.stream.write('\u001b[?25h');
    },
  };
}

interface LatestProgress {
  progress: ProgressView;
  at: number;
}

/** Running runs are watched, then those that failed are looked for; the rest only counts. */
function importance({ progress: { run } }: LatestProgress): number {
  if (run.state === 'running') return 0;
  if (run.state === 'queued') return 2;
  return run.verdict === 'passed' ? 3 : 1;
}

/** The most important of the runs, as many as there are lines, in their order. */
function selectRuns(runs: readonly LatestProgress[], maxLines: number): readonly LatestProgress[] {
  if (runs.length <= maxLines) return runs;
  const first = new Set(
    runs.toSorted((one, other) => importance(one) - importance(other)).slice(0, maxLines - 1),
  );
  return runs.filter((run) => first.has(run));
}

/** `and 180 more: 170 queued, 10 passed`. */
function describeHidden(runs: readonly LatestProgress[]): string {
  const byStatus = groupBy(runs, ({ progress }) => statusText(progress.run));
  const counts = [...byStatus].map(([status, group]) => `${group.length} ${status}`);
  return `and ${runs.length} more: ${counts.join(', ')}`;
}

interface LiveRow {
  status: string;
  /** Environment, run, bar, status, tally, time; printed in aligned columns. */
  cells: string[];
  /** The running test, or why the run waits or is broken. */
  activity: string;
}

/** `sinceMs` is the age of the progress, so that the time left decreases between events. */
function liveRow(
  progress: ProgressView,
  { now, sinceMs, barWidth }: { now: number; sinceMs: number; barWidth: number },
): LiveRow {
  const { run, current, position, msLeft } = progress;
  const { planned, passed, failed, broken, skipped } = run.counts;
  const done = passed + failed + broken + skipped;
  const filledWidth = planned > 0 ? Math.round((done / planned) * barWidth) : 0;
  const left = msLeft === null ? '-' : `${approxDuration(msLeft - sinceMs)} left`;
  const time = run.state === 'finished' ? tookText(run) : left;
  return {
    status: statusText(run),
    cells: [
      run.environment,
      `run ${run.id}`,
      '█'.repeat(filledWidth) + '░'.repeat(barWidth - filledWidth),
      statusText(run),
      tally(run.counts),
      time,
    ],
    activity: activity(),
  };

  function activity(): string {
    if (run.reason !== null) return clean(run.reason.message);
    if (run.waitsFor !== null) return clean(run.waitsFor.message);
    if (run.state === 'queued') return position !== null && position > 1 ? `${position - 1} ahead` : '';
    if (current === null) return '';
    return `${current.test} ${durationText(now - Date.parse(current.startedAt))}`;
  }
}

function alignRows(rows: LiveRow[], output: Output): string[] {
  const widths = (rows[0]?.cells ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row.cells[column] ?? '').length)),
  );
  const maxWidth = output.columns() - 1;
  const [environmentWidth = 0, ...others] = widths;
  const otherWidth = others.reduce((sum, width) => sum + width + 2, 0);
  widths[0] = Math.min(environmentWidth, Math.max(minEnvironment, maxWidth - otherWidth));
  return rows.map(({ cells, activity, status }) => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0;
      return (column === 0 ? truncateMiddle(cell, width) : cell).padEnd(width);
    });
    // Truncated before colours are added: a line that wraps could not be redrawn.
    const plain = truncate([...padded, activity].join('  ').trimEnd(), maxWidth);
    const bar = padded[2] ?? '';
    return plain.replace(bar, colourOf(output.paint, status, bar));
  });
}
