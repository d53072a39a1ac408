import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliHere } from '../../../test/support/cli.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'matre-lint-'));
  const files = {
    'magento/bin/magento': '',
    'magento/vendor/acme/base/Test/Mftf/Data/ManData.xml':
      '<entities><entity name="Man" type="customer"><data key="name">Man</data></entity></entities>',
    'magento/app/code/Acme/Shop/Test/Mftf/Test/ShopTest.xml': `<tests><test name="ShopTest">
  <see userInput="{{Man.name}}" stepKey="see"/>
  <wait time="3" stepKey="sleep"/>
  <see userInput="{{Man.size}}" stepKey="seeSize"/>
</test></tests>`,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await cp(join(folder, 'magento/app/code/Acme/Shop'), join(folder, 'module'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const lint = (...args: string[]) => cliHere(['lint', ...args], { settings: {} });
const inTree = () => join(folder, 'magento/app/code/Acme/Shop');

describe('matre used-by', () => {
  const usedBy = (...args: string[]) => cliHere(['used-by', ...args], { settings: {} });

  it('shows where a name is defined and used, and in which tests', async () => {
    const { code, stdout } = await usedBy('Man.name', inTree());
    expect(stdout).toBe(`Defined: vendor/acme/base/Test/Mftf/Data/ManData.xml:1 data Man
app/code/Acme/Shop/Test/Mftf/Test/ShopTest.xml:2 test ShopTest

1 use in 1 test:
  ShopTest
`);
    expect(code).toBe(0);
  });

  it('refuses a name that nothing has', async () => {
    const { code, stderr } = await usedBy('Woman', '--tree', join(folder, 'magento'));
    expect(stderr).toContain('Nothing is named "Woman"');
    expect(code).toBe(3);
  });
});

describe('matre lint', () => {
  it('checks a folder of a Magento tree, and fails for an error', async () => {
    const { code, stdout } = await lint(inTree());
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^Test\/Mftf\/Test\/ShopTest\.xml:3: warning .* sleeps for 3 s\. .* HARD_SLEEP$/),
      'Test/Mftf/Test/ShopTest.xml:4: error The data Man has no field size. FIELD_UNKNOWN',
      '1 error, 1 warning, 0 notes in 1 file; 2 files read with the tree.',
      '',
    ]);
    expect(code).toBe(1);
  });

  it('checks a module beside a tree, with other levels, in all formats', async () => {
    const [junit, sarif] = [join(folder, 'junit.xml'), join(folder, 'lint.sarif')];
    const args = ['--tree', join(folder, 'magento'), '--target', 'app/code/Acme/Shop', '--github'];
    const levels = ['--level', 'FIELD_UNKNOWN=note', '--level', 'HARD_SLEEP=off', '--fail-on', 'warning'];
    const { code, stdout } = await lint(
      join(folder, 'module'),
      ...args,
      ...levels,
      ...['--junit', junit, '--sarif', sarif],
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      '::notice file=Test/Mftf/Test/ShopTest.xml,line=4,title=FIELD_UNKNOWN::The data Man has no field size.\n',
    );
    expect(stdout).toContain('0 errors, 0 warnings, 1 note in 1 file; 2 files read with the tree.');
    expect(await readFile(junit, 'utf8')).toContain('tests="1" failures="0"');
    expect(JSON.parse(await readFile(sarif, 'utf8')).runs[0].results).toHaveLength(1);
  });

  it('starts from a baseline, and names only what is new', async () => {
    const baseline = join(folder, 'baseline.json');
    const written = await lint(inTree(), '--baseline', baseline, '--write-baseline');
    expect(written).toMatchObject({ code: 0, stdout: `2 findings written to ${baseline}.\n` });
    const test = join(inTree(), 'Test/Mftf/Test/ShopTest.xml');
    const content = await readFile(test, 'utf8');
    const moved = content
      .replace('<wait time="3" stepKey="sleep"/>', '')
      .replace('</test>', '<see userInput="{{Man.age}}" stepKey="a"/></test>');
    await writeFile(test, `\n\n${moved}`);
    const { code, stdout } = await lint(inTree(), '--baseline', baseline, '--json');
    await writeFile(test, content);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ exitCode: 1, files: 1, treeFiles: 2, inBaseline: 1, outdated: 1 },
      findings: [{ code: 'FIELD_UNKNOWN', message: 'The data Man has no field age. Nearest: name.' }],
    });
  });

  it('lists its rules without a tree', async () => {
    const { code, stdout } = await lint('--rules', '--level', 'HARD_SLEEP=error');
    expect(code).toBe(0);
    expect(stdout).toMatch(/HARD_SLEEP +error /);
  });

  it.each([
    [['--tree', '/nowhere/at/all'], /The folder \/nowhere\/at\/all does not exist/],
    [[], /is not in a Magento tree.*--tree/],
    [['--level', 'NO_RULE=off'], /There is no rule "NO_RULE"/],
    [['--level', 'HARD_SLEEP=loud'], /The level must be error, warning, note or off/],
    [
      ['--fail-on', 'never', '--baseline', '/nowhere.json', '--tree', '.'],
      /has no files of MFTF|cannot be read/,
    ],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await lint(join(folder, 'module/Test'), ...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });
});
