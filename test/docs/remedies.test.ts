import { describe, expect, it } from 'vitest';
import { faults } from '../../src/faults/fault.ts';
import { remedyParts } from '../../web/src/doctor/remedy-parts.ts';

/** Words, then names in capitals and options with at most one value: the rest of a sentence does not match. */
const commandLine =
  /^matre(?: [a-z]+(?:-[a-z]+)*){1,2}(?: [A-Z]+)*(?: --[a-z-]+(?: (?:[a-z-]+|[A-Z]+)(?= --|$))?)*$/;

const commands = Object.entries(faults).flatMap(([code, { remedy }]) =>
  remedyParts(remedy)
    .filter(({ isCopyable, text }) => isCopyable && text.startsWith('matre '))
    .map(({ text }) => ({ code, text })),
);

describe('the copy buttons of remedies', () => {
  it.each(commands)('copy a command alone: $code, $text', ({ text }) => {
    expect(text).toMatch(commandLine);
  });

  it('do not copy the sentence around the command of MODULES_UNKNOWN', () => {
    expect(commands).toContainEqual({
      code: 'MODULES_UNKNOWN',
      text: 'matre env edit CODE --all-modules',
    });
  });
});
