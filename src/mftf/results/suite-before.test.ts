import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSuiteBefore, readSuiteProgress } from './suite-before.ts';

const begin = '\n/******** Beginning execution of AcmeSuite suite before block ********/\n';
const complete = '\n/******** Execution of AcmeSuite suite before block complete ********/\n';
const read = (output: string) => readSuiteBefore('AcmeSuite', { start: output, end: output });
const entering = (group: string) => `Entering Action Group [${group}] Acme${group}ActionGroup`;
const exiting = (group: string) => `Exiting Action Group [${group}] Acme${group}ActionGroup`;

describe('the steps before a suite', () => {
  it('are unremarkable when they are complete, and when the output does not say', () => {
    const groups = ['one', 'two'].map((group) => `${entering(group)}value${exiting(group)}`).join('');
    expect(read(`${begin}${groups}${complete}tests`)).toEqual({ kind: 'unremarkable' });
    expect(read('')).toEqual({ kind: 'unremarkable' });
    expect(read(`${begin.replace('AcmeSuite', 'OtherSuite')}`)).toEqual({ kind: 'unremarkable' });
  });

  it('ended early in an action group that was entered and not left', () => {
    const groups = `${entering('one')}${exiting('one')}${entering('two')}`;
    expect(read(`${begin}${groups}${complete}tests`)).toEqual({
      kind: 'cut-short',
      group: '[two] AcmetwoActionGroup',
    });
  });

  it('are unfinished when the process ended in them, with the exception that ended it', () => {
    const frame =
      '\nIn MagentoWebDriver.php line 855:\n                                   \n  Suite condition failure:         \n  Call to a member function go()   \n  on null                          \n                                   \n\nrun [options]\n';
    expect(read(`${begin}${frame}`)).toEqual({
      kind: 'unfinished',
      message: 'Call to a member function go() on null',
    });
    expect(read(`${begin}PHP Fatal error:  Uncaught Error: x in /a.php:1\n#0 y`)).toEqual({
      kind: 'unfinished',
      message: 'PHP Fatal error:  Uncaught Error: x in /a.php:1',
    });
    expect(read(begin)).toEqual({ kind: 'unfinished', message: undefined });
  });

  it('are unremarkable when they printed more than the start of the output has', () => {
    const parts = { start: `${begin}much`, end: `more${complete}tests` };
    expect(readSuiteBefore('AcmeSuite', parts)).toEqual({ kind: 'unremarkable' });
  });

  it('came as far as the action groups that began and ended', () => {
    const progress = (section: string) => readSuiteProgress('AcmeSuite', `x${begin}${section}${complete}y`);
    expect(progress('')).toEqual({ ended: undefined, open: undefined });
    expect(progress(`${entering('one')}${exiting('one')}${entering('two')}`)).toEqual({
      ended: 'one',
      open: 'two',
    });
    expect(readSuiteProgress('AcmeSuite', `${begin}${entering('one')}`)).toBeUndefined();
    expect(readSuiteProgress('OtherSuite', `${begin}${complete}`)).toBeUndefined();
  });

  it('are read from any output in linear time', () => {
    const text = fc.array(
      fc.constantFrom(begin, complete, entering('a'), exiting('a'), 'Entering', ' ', '\n', 'x'),
    );
    fc.assert(
      fc.property(text, (parts) => {
        expect(['unremarkable', 'unfinished', 'cut-short']).toContain(read(parts.join('')).kind);
      }),
    );
  });
});
