import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  maxDeclaredTests,
  maxOpenRegistrationBytes,
  maxOpenRegistrations,
  maxTreeBytes,
  maxTreeDepth,
  maxTreeFileBytes,
  maxTreeFiles,
  maxXmlDepth,
} from '../../model/limits.ts';
import { readCatalog } from './catalog.ts';
import type { Declarations, TestDeclaration } from './declarations/declaration.ts';
import { helperParts } from './declarations/parts.ts';
import { folderFiles } from './tree/folder-files.ts';
import { folderSource } from './tree/source.ts';
import { createTreeLimits } from './tree/tree-limits.ts';

const target = 'app/code/Acme/Shop';
const tooLarge = (message: string) => expect.objectContaining({ code: 'TREE_TOO_LARGE', message });

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'matre-limits-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** The error of a call; `undefined` when it throws none. */
function errorOf(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('the limits of a module or tree', () => {
  const empty = () => ({ tests: [], openRegistrations: [] }) as unknown as Declarations;

  it('are on the number of files', () => {
    const check = createTreeLimits('The tree', empty());
    for (let count = 1; count <= maxTreeFiles; count += 1) check('File.xml', 1);
    expect(errorOf(() => check('Last.xml', 1))).toEqual(
      tooLarge(
        `The tree has more than ${maxTreeFiles} files of tests and data; Last.xml is the first one too many.`,
      ),
    );
  });

  it('are on the bytes of all files', () => {
    const check = createTreeLimits('The tree', empty());
    check('First.xml', maxTreeBytes);
    expect(errorOf(() => check('Last.xml', 1))).toMatchObject({ code: 'TREE_TOO_LARGE' });
  });

  it('are on the declarations of tests', () => {
    const declarations = empty();
    const check = createTreeLimits('The tree', declarations);
    declarations.tests = Array<TestDeclaration>(maxDeclaredTests);
    check('First.xml', 1);
    declarations.tests.length += 1;
    expect(errorOf(() => check('Last.xml', 1))).toMatchObject({ code: 'TREE_TOO_LARGE' });
  });

  it.each([
    ['number', Array.from({ length: maxOpenRegistrations }, () => ({ folder: '', content: '' }))],
    ['bytes', [{ folder: '', content: 'x'.repeat(maxOpenRegistrationBytes) }]],
  ])('are on the %s of the registrations that only PHP can read', (_, registrations) => {
    const declarations = empty();
    const check = createTreeLimits('The tree', declarations);
    declarations.openRegistrations = registrations;
    check('registration.php', 1);
    declarations.openRegistrations.push({ folder: '', content: 'x' });
    expect(errorOf(() => check('registration.php', 1))).toMatchObject({ code: 'TREE_TOO_LARGE' });
  });

  it('are on the bytes of a file', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'Test/Mftf/Helper'), { recursive: true });
    const helper = join(folder, 'Test/Mftf/Helper/Large.php');
    writeFileSync(helper, '');
    const read = () => [...(folderSource(folder, target).files as Iterable<object>)];
    truncateSync(helper, maxTreeFileBytes);
    expect(read()).toHaveLength(1);
    truncateSync(helper, maxTreeFileBytes + 1);
    expect(errorOf(read)).toMatchObject({
      code: 'TREE_TOO_LARGE',
      message: expect.stringContaining('Large.php'),
    });
  });

  it('are on the number of folders, which links multiply', () => {
    const folder = temporaryFolder();
    for (let level = 0; level < 5; level += 1) {
      mkdirSync(join(folder, `level${level}`));
      for (let link = 0; link < 10; link += 1)
        symlinkSync(`../level${level + 1}`, join(folder, `level${level}`, `to${link}`));
    }
    mkdirSync(join(folder, 'level5'));
    expect(errorOf(() => [...folderFiles(folder, target)].length)).toEqual(
      tooLarge(expect.stringMatching(/^The test module has more than 50000 folders, .*\/level0\//)),
    );
  });

  it('are on the depth of folders', () => {
    const folder = temporaryFolder();
    const nested = (depth: number) => join(folder, ...Array<string>(depth).fill('d'));
    mkdirSync(nested(maxTreeDepth), { recursive: true });
    const read = () => [...folderFiles(folder, target)].length;
    expect(read()).toBe(maxTreeDepth + 1);
    mkdirSync(nested(maxTreeDepth + 1));
    expect(errorOf(read)).toMatchObject({ code: 'TREE_TOO_LARGE' });
  });

  it('are on the depth of an XML file, which is then a problem of that file', async () => {
    const problemsOf = async (depth: number) => {
      const inside = depth - 2;
      const content = `<tests><test name="A">${'<a>'.repeat(inside)}${'</a>'.repeat(inside)}</test></tests>`;
      const files = [{ path: `${target}/Test/Mftf/Test/A.xml`, content: Buffer.from(content) }];
      return (await readCatalog([{ root: '', files }])).problems;
    };
    expect(await problemsOf(maxXmlDepth)).toEqual([]);
    expect(await problemsOf(maxXmlDepth + 1)).toEqual([
      {
        path: `${target}/Test/Mftf/Test/A.xml`,
        line: 1,
        message: `Elements are nested more than ${maxXmlDepth} deep.`,
      },
    ]);
  });
});

describe('the classes of a helper', () => {
  it('are found after modifiers and line breaks', () => {
    const php =
      '<?php\nnamespace Acme\\Shop;\n\n  final class First {}\nabstract\n  class Second {}\n// class Third\n';
    expect(helperParts(php).map(({ name }) => name)).toEqual(['Acme\\Shop\\First', 'Acme\\Shop\\Second']);
  });

  it('are found in linear time, whatever surrounds them', () => {
    // Quadratic time would be hours.
    const lines = `${'\n'.repeat(2_000_000)}class A {}${'\n \t'.repeat(1_000_000)}${'\nabstract'.repeat(500_000)}`;
    expect(helperParts(lines).map(({ name }) => name)).toEqual(['A']);
  });
});
