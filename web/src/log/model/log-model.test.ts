import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogModel } from './log-model.ts';

const e = '\u001b';

function linesOf(log: ReturnType<typeof createLogModel>): string[] {
  return Array.from({ length: log.last - log.first + 1 }, (_, index) => log.line(log.first + index));
}

describe('createLogModel', () => {
  it('starts without lines', () => {
    const log = createLogModel();
    expect([log.first, log.last, log.line(1)]).toEqual([1, 0, '']);
  });

  it('numbers lines from 1 and appends to an incomplete last line', () => {
    const log = createLogModel();
    log.append('one\ntw');
    expect(linesOf(log)).toEqual(['one', 'tw']);
    expect(log.lastComplete).toBe(1);
    log.append('o\n\nfour\n');
    expect(linesOf(log)).toEqual(['one', 'two', '', 'four']);
    expect(log.lastComplete).toBe(4);
  });

  it('has the lines of the text, however it is split', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'é', ' ') });
    fc.assert(
      fc.property(fc.array(text), (parts) => {
        const log = createLogModel({ pieceCharacters: 3 });
        for (const part of parts) log.append(part);
        const whole = parts.join('');
        const expected = whole === '' ? [] : whole.replace(/\n$/, '').split('\n');
        expect(linesOf(log)).toEqual(expected);
      }),
    );
  });

  it('drops the oldest lines when the log is too large, and keeps the numbers of the others', () => {
    const log = createLogModel({ maxCharacters: 100, pieceCharacters: 20 });
    for (let line = 1; line <= 50; line += 1) log.append(`line ${line}\n`);
    expect(log.last).toBe(50);
    expect(log.first).toBeGreaterThan(30);
    expect(log.line(50)).toBe('line 50');
    expect(log.line(log.first)).toBe(`line ${log.first}`);
    expect(log.line(log.first - 1)).toBe('');
  });

  it('also limits the number of lines', () => {
    const log = createLogModel({ maxLines: 10, pieceCharacters: 4 });
    log.append('x\n'.repeat(2));
    for (let line = 0; line < 40; line += 1) log.append('x\n');
    expect(log.last - log.first + 1).toBeLessThanOrEqual(12);
  });

  it('knows the initial style of a line, even when the sequence arrived in two parts', () => {
    const log = createLogModel();
    log.append(`${e}[3`);
    log.append(`1mred\nstill${e}[0m\nplain\n`);
    expect([1, 2, 3].map((line) => log.styleBefore(line).text)).toEqual([undefined, 'red', undefined]);
    expect(log.text(2)).toBe('still');
  });
});
