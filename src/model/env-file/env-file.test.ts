import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import { formatEnvFile, parseEnvFile } from './env-file.ts';

const read = (text: string, resolve?: (name: string, earlier?: string) => string | undefined) =>
  Object.fromEntries(parseEnvFile(text, resolve).entries.map(({ name, value }) => [name, value]));

describe('parseEnvFile', () => {
  it.each([
    ['plain', 'A=b', 'b'],
    ['empty', 'A=', ''],
    ['empty quotes', "A=''", ''],
    ['a comment only', 'A= # nothing', ''],
    ['a comment right after =', 'A=#nothing', ''],
    ['export', 'export A=b', 'b'],
    ['export and tabs', 'export\tA=b', 'b'],
    ['blanks around =', 'A = b ', 'b'],
    ['an address', 'A=https://shop.test/?a=1&b=2', 'https://shop.test/?a=1&b=2'],
    ['# inside', 'A=pass#word', 'pass#word'],
    ['a comment behind', 'A=b # why', 'b'],
    ['a comment behind quotes', 'A="b" # why', 'b'],
    ['unquoted blanks', 'A=My shop  # ours', 'My shop'],
    ['single quotes', 'A=\'a "b" $c \\n #d\'', 'a "b" $c \\n #d'],
    ['double quotes', 'A="a \'b\' #c"', "a 'b' #c"],
    ['escapes', 'A="1\\n2\\r3\\t4\\"5\\\\6\\$7"', '1\n2\r3\t4"5\\6$7'],
    ['other backslashes', 'A="C:\\data\\x"', 'C:\\data\\x'],
    ['escapes without quotes', 'A=a\\"b\\\'c\\\\d\\$e\\x', 'a"b\'c\\d$e\\x'],
    ['several lines', 'A="one\n two\n"', 'one\n two\n'],
    ['several lines in single quotes', "A='one\ntwo'", 'one\ntwo'],
    ['parts', `A='it'"'"'s'`, "it's"],
    ['backticks, which are no quotes', 'A=`b`', '`b`'],
    ['a dollar that leads nowhere', 'A=p$$w0rd$', 'p$$w0rd$'],
    ['a dollar in double quotes', 'A="50 $ or ${x or $(id)"', '50 $ or ${x or $(id)'],
    ['letters of the world', 'A="Größe 尺寸"', 'Größe 尺寸'],
  ])('reads %s', (_, text, value) => {
    expect(read(text)).toEqual({ A: value });
  });

  it('reads a whole file: byte order mark, CRLF, comments, blank lines', () => {
    const text = '\uFEFF# shop\r\n\r\nA=1\r\n  # more\r\n\tB="x\r\ny"\r\nexport C=3\r\n\r\n# end';
    expect(parseEnvFile(text)).toEqual({
      entries: [
        { name: 'A', value: '1', line: 3 },
        { name: 'B', value: 'x\ny', line: 5 },
        { name: 'C', value: '3', line: 7 },
      ],
      notes: [],
    });
  });

  it('takes the last of two equal names and adds a note', () => {
    expect(parseEnvFile('A=1\nB=2\nA=3')).toEqual({
      entries: [
        { name: 'B', value: '2', line: 2 },
        { name: 'A', value: '3', line: 3 },
      ],
      notes: [{ line: 3, message: 'A replaces the value of line 1' }],
    });
  });

  it('replaces references by earlier values, except in single quotes; a caller may override them', () => {
    const text = `URL=http://a/\nA=$URL\nB="\${URL}x"\nC='$URL'\nD=$LATER\nLATER=1\nE="\\$URL"`;
    expect(read(text)).toMatchObject({
      A: 'http://a/',
      B: 'http://a/x',
      C: '$URL',
      D: '$LATER',
      E: '$URL',
    });
    const resolve = (name: string, earlier?: string) => (name === 'URL' ? 'http://b/' : earlier);
    expect(read(text, resolve)).toMatchObject({ A: 'http://b/', B: 'http://b/x', D: '$LATER' });
    expect(parseEnvFile(text).notes).toEqual([
      { line: 5, message: '$LATER is not defined before it is used' },
    ]);
  });

  it.each([
    ['no =', 'A=1\nwhat is this', 2],
    ['export of nothing', 'export A', 1],
    ['a name that cannot be', '1A=2', 1],
    ['a name with shell characters', 'A=1\n\nA$(id)=2', 3],
    ['an open single quote', "A=1\nB='x\n\n", 2],
    ['an open double quote', 'A="x\\"', 1],
    ['text after a quote', 'A="x" y', 1],
    ['a quote in text with blanks', "A=it's a 'b'", 1],
  ])('refuses %s with the number of the line', (_, text, line) => {
    expect(() => parseEnvFile(text)).toThrow(new RegExp(`^Line ${line}: `));
  });

  it('invariant 10: an error does not contain a value', () => {
    for (const text of [
      'A="hunter2',
      "A='hunter2",
      'A="hunter2" hunter2',
      'A=hunter2\nhunter2',
      "A=hunter2 'x'",
    ]) {
      try {
        parseEnvFile(text);
        expect.unreachable();
      } catch (error) {
        expect((error as Fault).code).toBe('ENV_FILE_INVALID');
        expect((error as Fault).message).not.toContain('hunter2');
      }
    }
  });

  it('accepts any text or names what is wrong with it', () => {
    const pieces = fc.array(
      fc.constantFrom('A', '=', '"', "'", '\\', '$', '{', '}', '#', ' ', '\n', '\r', 'export ', '(', ')'),
    );
    fc.assert(
      fc.property(pieces, (parts) => {
        try {
          parseEnvFile(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatEnvFile', () => {
  it('does not quote plain values', () => {
    const text = formatEnvFile([
      { name: 'MAGENTO_BASE_URL', value: 'https://shop.test/' },
      { name: 'NAME', value: 'My $hop' },
      { name: 'EMPTY', value: '' },
    ]);
    expect(text).toBe("MAGENTO_BASE_URL=https://shop.test/\nNAME='My $hop'\nEMPTY=\n");
  });

  it('is read back to the same values', () => {
    const awkward = fc.string({ unit: fc.constantFrom(...'ab\'"\\$(){}#=\n\r\tn rt`'), maxLength: 12 });
    const value = fc.oneof(awkward, fc.string({ unit: 'binary' })).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const entries = values.map((text, index) => ({ name: `N${index}`, value: text }));
        const file = parseEnvFile(formatEnvFile(entries));
        expect(file.entries.map(({ name, value }) => ({ name, value }))).toEqual(entries);
        expect(file.notes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses names and values that an environment cannot contain', () => {
    expect(() => formatEnvFile([{ name: 'A B', value: '' }])).toThrow('cannot be the name');
    expect(() => formatEnvFile([{ name: 'A', value: 'x\0' }])).toThrow('zero byte');
  });
});
