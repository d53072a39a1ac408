import { maxRefLength } from './limits.ts';

/** The shortest abbreviation of a commit that counts as one: git itself writes seven digits or more. */
const minAbbreviation = 7;

/** The rules of `git check-ref-format`. A ref may begin with a dash, as some do. */
const refName = /^(?![/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$))[^\s\0-\x1f~^:?*[\\\x7f]+$/;

/** Whether a text can be the name of a branch or tag, a whole ref (`refs/pull/7/head`), or the id of a commit. */
export function isGitRef(text: string): boolean {
  return text.length <= maxRefLength && text !== '@' && refName.test(text);
}

/** Whether a text can be the id of a commit, or its beginning. */
export function isCommitPrefix(text: string): boolean {
  return text.length >= minAbbreviation && text.length <= 64 && /^[0-9a-f]+$/i.test(text);
}
