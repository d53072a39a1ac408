import { describe, expect, it } from 'vitest';
import { readLine, styleAfter, visibleText } from './ansi.ts';

const e = '\u001b';
const colouredTexts = (line: string) =>
  readLine(line).pieces.map(({ text, style }) => [text, style.text ?? '']);

describe('readLine', () => {
  it('splits a line where its style changes', () => {
    const line = `a ${e}[31mred${e}[0m ${e}[1;32mbold green${e}[m end`;
    expect(readLine(line).pieces).toEqual([
      { text: 'a ', style: {} },
      { text: 'red', style: { text: 'red' } },
      { text: ' ', style: {} },
      { text: 'bold green', style: { bold: true, text: 'green' } },
      { text: ' end', style: {} },
    ]);
  });

  it('returns the same pieces for the same line', () => {
    const line = `${e}[33mx${e}[39m y`;
    expect(colouredTexts(line)).toEqual(colouredTexts(line));
  });

  it('continues in the style of the line before', () => {
    const { after } = readLine(`${e}[41;37mERROR`);
    expect(readLine('more', after).pieces).toEqual([{ text: 'more', style: { background: 'red' } }]);
    expect(styleAfter(`${e}[41mERROR`, {})).toEqual({ background: 'red' });
  });

  it('maps all other colours to the nearest colour of the page', () => {
    expect(
      colouredTexts(`${e}[38;5;196mr${e}[38;5;46mg${e}[38;2;20;20;250mb${e}[38;5;244mgrey${e}[38;5;15mw`),
    ).toEqual([
      ['r', 'red'],
      ['g', 'green'],
      ['b', 'blue'],
      ['grey', 'grey'],
      ['w', ''],
    ]);
  });

  it('removes other escape sequences and control characters', () => {
    const line = `${e}[2K${e}]0;title\u0007a${e}[1Ab\u0000c\td${e}`;
    expect(visibleText(line)).toBe('abc\td');
    expect(colouredTexts(line)).toEqual([['abc\td', '']]);
  });

  it('omits text before a carriage return', () => {
    expect(visibleText('10 %\r20 %\r100 %')).toBe('100 %');
    expect(visibleText('line of Windows\r')).toBe('line of Windows');
  });

  it('keeps markup as text', () => {
    expect(visibleText('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  });
});
