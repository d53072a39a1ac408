import { describe, expect, test } from 'vitest';
import { parseDiff } from './parse-diff.ts';

const path = 'vendor/codeception/module-webdriver/src/A.php';
const hunk = '@@ -1,2 +1,2 @@\n a\n-b\n+c\n';

describe('reading a patch', () => {
  test.each([
    ['diff -u', `--- ${path}\t2026-01-01 00:00:00 +0000\n+++ ${path}\t2026-01-02 00:00:00 +0000\n${hunk}`],
    [
      'git diff',
      `diff --git a/${path} b/${path}\nindex 1234567..89abcde 100644\n--- a/${path}\n+++ b/${path}\n${hunk}`,
    ],
    [
      'git format-patch',
      `From 1234\nSubject: Wait\n\n---\n A.php | 2 +-\n\n--- a/${path}\n+++ b/${path}\n${hunk}-- \n2.39.5\n`,
    ],
    [
      'an editor that removes blanks at the ends of lines',
      `--- a/${path}\n+++ b/${path}\n@@ -1,2 +1,2 @@\n\n-b\n+c\n`,
    ],
  ])('understands %s', (_, text) => {
    expect(parseDiff(text)).toMatchObject([
      { path, added: false, hunks: [{ header: '@@ -1,2 +1,2 @@', oldStart: 0, newStart: 0 }] },
    ]);
  });

  const file = (name: string) => `--- a/${name}\n+++ b/${name}\n${hunk}`;
  test.each([
    ['a file outside of the framework', file('app/etc/env.php'), 'is not in vendor/magento'],
    ['another package', file('vendor/magento/framework/App/Http.php'), 'is not in vendor/magento'],
    ['a path with ..', file('vendor/codeception/../../app/etc/env.php'), 'not the path of a file'],
    ['an absolute path', file('/etc/passwd'), 'not the path of a file'],
    ['a hidden file', file('vendor/codeception/.git/config'), 'not the path of a file'],
    ['the copy of a file of the image', file(`${path}.image`), 'not the path of a file'],
    [
      'a generated file',
      file(
        'vendor/magento/magento2-functional-testing-framework/src/Magento/FunctionalTestingFramework/Group/A.php',
      ),
      'is generated for each run',
    ],
    ['a quoted name', `--- "a/${path}"\n+++ "b/${path}"\n${hunk}`, 'not the path of a file'],
    [
      'a link',
      `diff --git a/${path} b/${path}\nnew file mode 120000\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+/etc/passwd\n`,
      'makes a symbolic link',
    ],
    [
      'a binary patch',
      `diff --git a/${path} b/${path}\nGIT binary patch\nliteral 1\n`,
      'changes a binary file',
    ],
    ['a binary file', `Binary files a/${path} and b/${path} differ\n`, 'changes a binary file'],
    ['zero bytes', `${file(path)}\0`, 'it is binary'],
    ['a removed file', `--- a/${path}\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n`, 'removes'],
    ['a renamed file', `--- a/${path}\n+++ b/${path}x\n${hunk}`, 'renames'],
    ['another mode', `old mode 100644\nnew mode 100755\n`, 'changes the mode'],
    ['a file twice', file(path) + file(path), 'is there twice'],
    ['no diff', 'Hello\n', 'no unified diff'],
    ['nothing', '', 'no unified diff'],
    ['a hunk without a file', hunk, 'without the lines --- and +++'],
    ['a file without a hunk', `--- a/${path}\n+++ b/${path}\n`, 'has no hunk'],
    ['a wrong header', `--- a/${path}\n+++ b/${path}\n@@ garbage @@\n`, 'no header of a hunk'],
    ['a hunk that ends too early', `--- a/${path}\n+++ b/${path}\n@@ -1,9 +1,9 @@\n a\n`, 'ends too early'],
    ['a hunk with more lines', `${file(path)}+d\n`, 'more lines than the header'],
    [
      'a hunk with other numbers',
      `--- a/${path}\n+++ b/${path}\n@@ -1,1 +1,3 @@\n a\n-b\n+c\n+d\n`,
      'other numbers of lines',
    ],
    ['a hunk without context', `--- a/${path}\n+++ b/${path}\n@@ -5,0 +6 @@\n+c\n`, 'has no context'],
    [
      'a line without a sign',
      `--- a/${path}\n+++ b/${path}\n@@ -1,2 +1,2 @@\n a\nb\n+c\n`,
      'neither context nor a change',
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseDiff(text)).toThrow(message);
  });
});
