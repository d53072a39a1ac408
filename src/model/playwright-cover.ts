import { Fault } from '../faults/fault.ts';
import { createGlobMatcher } from './glob.ts';
import type { PlaywrightSelection, PlaywrightTest } from './playwright.ts';

/**
 * Returns whether a selection covers a test. Tests of a project that others need are executed with these, so that they count only when
 * their project or their file is named. A regular expression may take long. Errors: INPUT_INVALID for a wrong one.
 */
export function createCover({
  grep,
  projects = [],
  tags = [],
  files = [],
}: PlaywrightSelection): (
  test: Pick<PlaywrightTest, 'suite' | 'file' | 'titles' | 'tags' | 'needed'>,
) => boolean {
  const expression = grep === undefined ? undefined : compile(grep);
  const isOneOf = (patterns: readonly string[]) => {
    const matchers = patterns.map(createGlobMatcher);
    return (text: string) => matchers.length === 0 || matchers.some((matches) => matches(text));
  };
  const isOfProject = isOneOf(projects);
  const isOfFile = isOneOf(files);
  return (test) =>
    (!test.needed || projects.length + files.length > 0) &&
    isOfProject(test.suite ?? '') &&
    isOfFile(test.file) &&
    (tags.length === 0 || test.tags.some((tag) => tags.includes(tag))) &&
    (expression === undefined || expression.test([test.file, ...test.titles, ...test.tags].join(' ')));
}

function compile(grep: string): RegExp {
  try {
    return new RegExp(grep);
  } catch (error) {
    throw new Fault('INPUT_INVALID', `${JSON.stringify(grep)} is no regular expression: ${String(error)}`);
  }
}
