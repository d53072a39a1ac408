// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of env files look like placeholders.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { envFileCases } from '../../../test/support/env-file-cases.ts';
import { envFileText } from '../../../test/support/env-files.ts';
import { Fault } from '../../faults/fault.ts';
import { parseEnvFile } from './env-file.ts';

const read = (text: string, resolve?: (name: string, earlier?: string) => string | undefined) =>
  Object.fromEntries(parseEnvFile(text, resolve).entries.map(({ name, value }) => [name, value]));

const messageOf = (text: string) => {
  try {
    parseEnvFile(text);
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENV_FILE_INVALID' });
    return (error as Fault).message;
  }
  return expect.unreachable();
};

describe('parseEnvFile', () => {
  it.each(envFileCases.filter(([, , values]) => values !== null))(
    'reads as MFTF does: %s',
    (_, text, values) => {
      expect(read(text)).toEqual(values);
    },
  );

  it.each(envFileCases.filter(([, , values]) => values === null))('refuses, as MFTF does: %s', (_, text) => {
    expect(messageOf(text)).toMatch(/^Line \d+: /);
  });

  it('returns the values in their order, with their lines', () => {
    const text = '# shop\r\n\r\nA=1\r\n  # more\r\n\tB="x\r\ny"\r\nexport C=3\r\n\r\n# end';
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

  it('lets a caller override the values of references', () => {
    const text = `URL=http://a/\nA=$URL\nB="\${URL}x"\nC='$URL'\nD=\${LOW:-c}`;
    const resolve = (name: string, earlier?: string) =>
      name === 'URL' ? 'http://b/' : name === 'LOW' ? 'low' : earlier;
    expect(read(text, resolve)).toEqual({
      URL: 'http://a/',
      A: 'http://b/',
      B: 'http://b/x',
      C: '$URL',
      D: 'low',
    });
  });

  it('warns of references to nothing, without their names: they may be parts of a password', () => {
    const message = 'the value refers to a variable that is not defined; that part is empty';
    expect(parseEnvFile('A=1\nB=pa$sw0rd\nC="${X:-d}$A"').notes).toEqual([{ line: 2, message }]);
  });

  it('executes no command, and warns of each', () => {
    const file = parseEnvFile(`A=1\nB="$(touch /tmp/x)"\nC='$(id)'\nD="\\$(id)"`);
    expect(file.entries[1]?.value).toBe('$(touch /tmp/x)');
    const message = 'the command in $(...) is not executed; it stays text';
    expect(file.notes).toEqual([{ line: 2, message }]);
  });

  it('warns once of each line, and of a thousand at most', () => {
    expect(parseEnvFile(`A=${'$B'.repeat(1_000)}`).notes).toHaveLength(1);
    const { notes } = parseEnvFile('A=$B\n'.repeat(5_000));
    expect(notes).toHaveLength(1_000);
    expect(notes.at(-1)?.message).toMatch(/further notes/);
  });

  it.each([
    ['more than 10,000 variables', 'A=1\n'.repeat(10_001), 10_001],
    ['no =', 'A=1\nwhat is this', 2],
    ['a name with shell characters', 'A=1\n\nA$(id)=2', 3],
    ['a value that begins on an earlier line', 'A="\n\n"\n\nB="x\n\n', 5],
    ['a default of a reference', 'A=1\r\nB="${X:-{}"', 2],
    ['a name of more than 128 characters', `A=1\n${'N'.repeat(129)}=1`, 2],
  ])('names the line of %s', (_, text, line) => {
    expect(messageOf(text)).toMatch(new RegExp(`^Line ${line}: `));
  });

  it('invariant 10: an error does not contain a value', () => {
    for (const text of [
      'A="hunter2',
      "A='hunter2",
      'A="hunter2" hunter2',
      'A=hunter2\nhunter2',
      "A='hunter2' \"x",
      'A=hunter2\nhunter2 x',
      'A="${hunter2"',
      'A="${hunter2:-{"',
      'A= hunter2',
    ]) {
      expect(messageOf(text)).not.toContain('hunter2');
    }
  });

  it('accepts any text or names the line of what is wrong with it', () => {
    fc.assert(
      fc.property(envFileText, (text) => {
        try {
          parseEnvFile(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect((error as Fault).message).toMatch(/^Line \d+: /);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses values that grow over what a process can be given', () => {
    const doubled = Array.from({ length: 40 }, (_, index) => `N${index + 1}="$N${index}$N${index}"`);
    expect(messageOf(['N0=12345678', ...doubled].join('\n'))).toContain('Line 15: the value has more than');
    const long = `A=${'x'.repeat(100_000)}`;
    expect(messageOf(`${long}\nB="${'$A'.repeat(70_000)}"`)).toContain('Line 2: ');
    expect(messageOf(`${long}\nB=${'"$A"'.repeat(35_000)}`)).toContain('Line 2: ');
    const numerous = Array.from({ length: 5_000 }, (_, index) => `N${index}=$A`);
    expect(messageOf([long, ...numerous].join('\n'))).toContain('Line 21: the values have more than 2 MiB');
  });

  it.each([
    ['backslashes', `A="${'\\'.repeat(200_000)}"`],
    ['dollars', `A="${'$'.repeat(200_000)}"`],
    ['open commands', `A="${'$('.repeat(100_000)}"`],
    ['nested commands', `A=${'$('.repeat(60_000)}x${')'.repeat(60_000)}`],
    ['blanks', `A=${' \v'.repeat(60_000)}x`],
    ['comments', '# \n\t'.repeat(60_000)],
  ])('reads as many %s as a file can have', (_, text) => {
    // Quadratic time would take minutes, and deep recursion would overflow the stack.
    try {
      parseEnvFile(text);
    } catch (error) {
      expect(error).toBeInstanceOf(Fault);
    }
  });
});
