import type { ProgressView } from '../../operations/runs/progress.ts';
import { clean, coloured, span, standing, tally } from './format.ts';
import { cut } from './table.ts';
import type { Output } from './terminal.ts';

/** Shows the progress of runs. For people a line for each environment that moves; in a pipe a line for each change. */
export interface Board {
  show(progress: ProgressView): void;
  /** Leaves the last state on the screen. */
  end(): void;
}

export function createBoard(output: Output): Board {
  return output.interactive ? createLiveBoard(output) : createPlainBoard(output);
}

function createPlainBoard(output: Output): Board {
  const said = new Map<number, string>();
  return {
    show({ run, position }) {
      const where = position !== null && position > 1 ? ` (${position} in its queue)` : '';
      const reason = run.reason ?? run.waitsFor;
      const why = reason === null ? '' : `: ${clean(reason.message)} (${reason.code})`;
      const text = `${run.environment} run ${run.id} ${standing(run)}${where} ${tally(run.counts)}${why}`;
      if (said.get(run.id) === text) return;
      said.set(run.id, text);
      output.line(text);
    },
    end() {},
  };
}

const redrawMs = 1_000;
const barWidth = 16;

function createLiveBoard(output: Output): Board {
  const latest = new Map<number, { progress: ProgressView; at: number }>();
  let drawn = 0;
  const draw = () => {
    const now = Date.now();
    const rows = [...latest.values()].map(({ progress, at }) => liveRow(progress, now, now - at));
    const lines = alignRows(rows, output);
    output.stream.write(
      `${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`,
    );
    drawn = lines.length;
  };
  // Seconds pass without events.
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
  word: string;
  /** Environment, run, bar, tally, time left: aligned. */
  cells: string[];
  /** What it does just now. */
  doing: string;
}

/** `sinceMs`: how old the progress is, so that what is left goes down between events. */
function liveRow(progress: ProgressView, now: number, sinceMs: number): LiveRow {
  const { run, current, position, msLeft } = progress;
  const { planned, passed, failed, broken, skipped } = run.counts;
  const done = passed + failed + broken + skipped;
  const filled = planned > 0 ? Math.round((done / planned) * barWidth) : 0;
  const left = msLeft === null ? '-' : `${span(Math.max(0, msLeft - sinceMs))} left`;
  const time = run.state === 'finished' ? took(run.startedAt, run.finishedAt) : left;
  return {
    word: standing(run),
    cells: [
      run.environment,
      `run ${run.id}`,
      '█'.repeat(filled) + '░'.repeat(barWidth - filled),
      standing(run),
      tally(run.counts),
      time,
    ],
    doing: doing(),
  };

  function doing(): string {
    if (run.reason !== null) return clean(run.reason.message);
    if (run.waitsFor !== null) return clean(run.waitsFor.message);
    if (run.state === 'queued') return position !== null && position > 1 ? `${position - 1} before it` : '';
    if (current === null) return '';
    return `${current.test} ${span(now - Date.parse(current.startedAt))}`;
  }
}

function took(startedAt: string | null, finishedAt: string | null): string {
  if (startedAt === null || finishedAt === null) return '-';
  return span(Date.parse(finishedAt) - Date.parse(startedAt));
}

function alignRows(rows: LiveRow[], output: Output): string[] {
  const widths = rows[0]?.cells.map((_, column) =>
    Math.max(...rows.map((row) => (row.cells[column] ?? '').length)),
  );
  return rows.map(({ cells, doing, word }) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths?.[column] ?? 0));
    // Cut before it is coloured: a line that wraps could not be redrawn.
    const room = output.columns() - 1;
    const plain = cut([...padded, doing].join('  ').trimEnd(), room);
    const bar = padded[2] ?? '';
    return plain.replace(bar, coloured(output.paint, word, bar));
  });
}
