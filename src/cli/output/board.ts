import type { ProgressView } from '../../operations/runs/progress.ts';
import { approxDuration, clean, colourOf, durationText, statusText, tally } from './format.ts';
import { truncate } from './table.ts';
import type { Output } from './terminal.ts';

/** Shows the progress of runs: on a terminal one line for each run, redrawn in place; in a pipe one line for each change. */
export interface Board {
  show(progress: ProgressView): void;
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
    end() {},
  };
}

const redrawMs = 1_000;
const barWidth = 16;

function createLiveBoard(output: Output): Board {
  const latest = new Map<number, { progress: ProgressView; at: number }>();
  let drawnLines = 0;
  const draw = () => {
    const now = Date.now();
    const rows = [...latest.values()].map(({ progress, at }) => liveRow(progress, now, now - at));
    const lines = alignRows(rows, output);
    output.stream.write(
      `${drawnLines > 0 ? `\u001b[${drawnLines}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`,
    );
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
    end() {
      clearInterval(timer);
      draw();
      output.stream.write('\u001b[?25h');
    },
  };
}

interface LiveRow {
  status: string;
  /** Environment, run, bar, status, tally, time; printed in aligned columns. */
  cells: string[];
  /** The running test, or why the run waits or is broken. */
  activity: string;
}

/** `sinceMs` is the age of the progress, so that the time left decreases between events. */
function liveRow(progress: ProgressView, now: number, sinceMs: number): LiveRow {
  const { run, current, position, msLeft } = progress;
  const { planned, passed, failed, broken, skipped } = run.counts;
  const done = passed + failed + broken + skipped;
  const filledWidth = planned > 0 ? Math.round((done / planned) * barWidth) : 0;
  const left = msLeft === null ? '-' : `${approxDuration(msLeft - sinceMs)} left`;
  const time = run.state === 'finished' ? elapsed(run.startedAt, run.finishedAt) : left;
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

function elapsed(startedAt: string | null, finishedAt: string | null): string {
  if (startedAt === null || finishedAt === null) return '-';
  return durationText(Date.parse(finishedAt) - Date.parse(startedAt));
}

function alignRows(rows: LiveRow[], output: Output): string[] {
  const widths = rows[0]?.cells.map((_, column) =>
    Math.max(...rows.map((row) => (row.cells[column] ?? '').length)),
  );
  return rows.map(({ cells, activity, status }) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0));
    // Truncated before colours are added: a line that wraps could not be redrawn.
    const maxWidth = output.columns() - 1;
    const plain = truncate([...padded, activity].join('  ').trimEnd(), maxWidth);
    const bar = padded[2] ?? '';
    return plain.replace(bar, colourOf(output.paint, status, bar));
  });
}
