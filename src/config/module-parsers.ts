import { matching } from './setting-parsers.ts';

/** Forms of settings that environments may have for themselves. */

export const imageName = matching(/^(?!-)[^\s\0]+$/, 'must be the name of an image');

export const branchName = matching(
  // The rules of git check-ref-format for one branch.
  /^(?![-/.])(?!.*(?:\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)|[/.]$))[^\s\0-\x1f~^:?*[\\\x7f]+$/,
  'must be the name of a branch',
);

export const moduleTarget = matching(
  /^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[\w./-]+(?<!\/)$/,
  'must be a relative path without ..',
);
