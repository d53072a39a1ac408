import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { ProgressView } from '../../operations/runs/progress.ts';
import { createBoard } from './board.ts';
import { createOutput } from './terminal.ts';

function progress(
  id: number,
  environment: string,
  passed: number,
  more: Partial<ProgressView> = {},
): ProgressView {
  const run = {
    id,
    environment,
    state: 'running',
    phase: 'testing',
    verdict: null,
    reason: null,
    waitsFor: null,
    cancelRequested: false,
    startedAt: null,
    finishedAt: null,
    counts: { planned: 4, passed, failed: 0, broken: 0, skipped: 0 },
  } as unknown as ProgressView['run'];
  return { run, position: null, current: null, msLeft: 65_000, ...more };
}

function capture(terminal: { columns: number } | undefined, env: NodeJS.ProcessEnv = {}) {
  const written = { text: '' };
  const stream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        written.text += chunk;
        done();
      },
    }),
    terminal && { isTTY: true, columns: terminal.columns },
  );
  return { written, output: createOutput(stream, env) };
}

describe('the board', () => {
  it('prints one line for each change in a pipe', () => {
    const { written, output } = capture(undefined);
    const board = createBoard(output);
    board.show(progress(1, 'us', 0));
    board.show(progress(1, 'us', 0));
    board.show(progress(2, 'es', 0, { position: 3 }));
    board.show(progress(1, 'us', 1));
    board.end();
    expect(written.text).toBe(
      'us run 1 testing 0/4\nes run 2 testing (3 in its queue) 0/4\nus run 1 testing 1/4\n',
    );
  });

  it('shows one line for each run on a terminal, redrawn in place', () => {
    const { written, output } = capture({ columns: 100 }, { NO_COLOR: '1' });
    const board = createBoard(output);
    board.show(progress(1, 'us', 0));
    board.show(progress(2, 'preprod-es', 2));
    written.text = '';
    board.show(progress(1, 'us', 1));
    expect(written.text).toBe(
      '\u001b[2A' +
        '\u001b[2Kus          run 1  ████░░░░░░░░░░░░  testing  1/4  ~1 min left\n' +
        '\u001b[2Kpreprod-es  run 2  ████████░░░░░░░░  testing  2/4  ~1 min left\n',
    );
    board.end();
    expect(written.text.endsWith('\u001b[?25h')).toBe(true);
  });

  it('never wraps a line on a terminal, which could not be redrawn', () => {
    const { written, output } = capture({ columns: 40 }, { NO_COLOR: '1' });
    const board = createBoard(output);
    const current = { test: 'A'.repeat(80), suite: null, startedAt: new Date().toISOString() };
    board.show(progress(1, 'us', 1, { current }));
    board.end();
    const lines = written.text.replaceAll(/\u001b\[\??\w+/g, '').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
  });
});
