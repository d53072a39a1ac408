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
    counts: { planned: 4, passed, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0 },
  } as unknown as ProgressView['run'];
  return { run, position: null, current: null, msLeft: 65_000, ...more };
}

function capture(terminal: { columns: number; rows?: number } | undefined, env: NodeJS.ProcessEnv = {}) {
  const written = { text: '' };
  const stream = Object.assign(
    new Writable({
      write(chunk, _encoding, done) {
        written.text += chunk;
        done();
      },
    }),
    terminal && { isTTY: true, ...terminal },
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
        '\u001b[2Kpreprod-es  run 2  ████████░░░░░░░░  testing  2/4  ~1 min left\n' +
        '\u001b[J',
    );
    board.end();
    expect(written.text.endsWith('\u001b[?25h')).toBe(true);
  });

  it('prints lines that stay above the progress, and plain ones in a pipe', () => {
    const { written, output } = capture({ columns: 100 }, { NO_COLOR: '1' });
    const board = createBoard(output);
    board.show(progress(1, 'us', 0));
    written.text = '';
    board.note((to) => to.line('failed CartTest'));
    board.end();
    expect(written.text.startsWith('\u001b[1A\u001b[Jfailed CartTest\n\u001b[2Kus  run 1')).toBe(true);

    const pipe = capture(undefined);
    const plain = createBoard(pipe.output);
    plain.show(progress(1, 'us', 0));
    plain.note((to) => to.line('failed CartTest'));
    expect(pipe.written.text).toBe('us run 1 testing 0/4\nfailed CartTest\n');
  });

  it('shows no more runs than a terminal has lines: those that run, and those that failed', () => {
    const { written, output } = capture({ columns: 100, rows: 10 }, { NO_COLOR: '1' });
    const board = createBoard(output);
    for (let id = 1; id <= 200; id += 1) {
      const run = { ...progress(id, `e${id}`, 0).run, state: 'queued', phase: null } as ProgressView['run'];
      board.show(progress(id, `e${id}`, 0, id === 150 ? {} : { run }));
    }
    const lines = written.text.split('\u001b[J').at(-2)?.split('\n').slice(0, -1) ?? [];
    expect(lines).toHaveLength(8);
    expect(lines.some((line) => line.includes('e150 '))).toBe(true);
    expect(lines.at(-1)).toContain('and 193 more: 193 queued');
    board.end();
  });

  it('never wraps a line on a terminal, which could not be redrawn', () => {
    const { written, output } = capture({ columns: 40 }, { NO_COLOR: '1' });
    const board = createBoard(output);
    const current = { test: 'A'.repeat(80), suite: null, startedAt: new Date().toISOString() };
    board.show(progress(1, 'us', 1, { current }));
    board.end();
    const lines = written.text.replaceAll(/\u001b\[\??\w+/g, '').split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
    const long = capture({ columns: 80 }, { NO_COLOR: '1' });
    const narrow = createBoard(long.output);
    narrow.show(progress(1, `preprod-${'x'.repeat(50)}-us`, 1));
    narrow.end();
    expect(long.written.text).toMatch(
      /preprod-x+…x+-us {2}run 1 {2}██░░░░ {2}testing {2}1\/4 {2}~1 min left/,
    );
  });
});
