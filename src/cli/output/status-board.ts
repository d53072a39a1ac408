import { Writable } from 'node:stream';
import type { StatusView } from '../../operations/system/status-view.ts';
import { clean, localTime } from './format.ts';
import { printStatus, type StatusStyle, summariseProblems } from './status-screen.ts';
import type { Output } from './terminal.ts';

/** Shows a status that changes: redrawn in place on a terminal; in a pipe a line for each problem that begins or ends. */
export interface StatusBoard {
  show(status: StatusView, now: Date): void;
  /** The status could not be read. */
  fault(message: string, now: Date): void;
  /** Leaves the last status on the screen. */
  end(): void;
}

export function createStatusBoard(output: Output, style: Omit<StatusStyle, 'now'>): StatusBoard {
  return output.interactive ? createLiveBoard(output, style) : createPlainBoard(output, style);
}

function createLiveBoard(output: Output, style: Omit<StatusStyle, 'now'>): StatusBoard {
  let drawnLines = 0;
  const draw = (print: (to: Output) => void) => {
    const lines = capture(output, print).split('\n').slice(0, -1);
    // The cursor is below the last line. Lines that scrolled away could not be redrawn.
    const shown = lines.slice(0, output.rows() - 1);
    const up = drawnLines > 0 ? `\u001b[${drawnLines}A` : '\u001b[?25l';
    output.stream.write(`${up}${shown.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[J`);
    drawnLines = shown.length;
  };
  let latest: StatusView | undefined;
  return {
    show(status, now) {
      latest = status;
      draw((to) => printStatus(to, status, { ...style, now }));
    },
    fault(message, now) {
      draw((to) => {
        to.line(to.paint.red.bold(`${localTime(now.toISOString())} ${clean(message)}`));
        if (latest !== undefined) printStatus(to, latest, { ...style, now });
      });
    },
    end() {
      if (drawnLines > 0) output.stream.write('\u001b[?25h');
    },
  };
}

/** What a function prints, as text with the colours and the width of an output. */
function capture(output: Output, print: (to: Output) => void): string {
  let text = '';
  const line = (each = '') => {
    text += `${each}\n`;
  };
  print({ ...output, stream: new Writable(), line });
  return text;
}

function createPlainBoard(output: Output, { source }: Omit<StatusStyle, 'now'>): StatusBoard {
  let current: ReadonlySet<string> | undefined;
  let summary = '';
  let lastFault = '';
  const line = (now: Date, text: string) => output.line(`${localTime(now.toISOString())} ${text}`);
  return {
    show(status, now) {
      const problems = new Set(
        status.problems.map(({ about, message }) =>
          clean(about === null || message.includes(about) ? message : `${about}: ${message}`),
        ),
      );
      if (current === undefined) output.line(source);
      for (const problem of problems) if (!current?.has(problem)) line(now, `begins: ${problem}`);
      for (const problem of current ?? []) if (!problems.has(problem)) line(now, `ends: ${problem}`);
      const next = `${summariseProblems(status)} ${countRuns(status)}`;
      if (next !== summary || lastFault !== '') line(now, next);
      current = problems;
      summary = next;
      lastFault = '';
    },
    fault(message, now) {
      if (message !== lastFault) line(now, clean(message));
      lastFault = message;
    },
    end() {},
  };
}

function countRuns({ environments }: StatusView): string {
  const running = environments.filter((each) => each.running !== null).length;
  const queued = environments.reduce((sum, each) => sum + each.queued, 0);
  return `(${running} running, ${queued} queued)`;
}
