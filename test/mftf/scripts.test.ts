import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const shells = [
  ['dash', 'dash'],
  ['busybox', '/bin/busybox', 'sh'],
].filter(([, program = '']) => spawnSync(program, ['--help']).error === undefined);

const scriptPath = (name: string) => join(import.meta.dirname, '../../src/mftf/container', `${name}.sh`);

/** The scripts that run in containers, in a folder of this machine, under the shells of common images. */
describe.each(shells)('%s', (name, program = '', ...first) => {
  let home: string;
  const at = (path: string) => join(home, path);
  const write = (path: string, content = path) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  const read = (path: string) => readFileSync(at(path), 'utf8');

  /** With busybox only its own commands are available, as in an image without others. */
  const run = (script: string, ...argv: string[]) => {
    const PATH = name === 'busybox' ? at('bin') : process.env.PATH;
    return spawnSync(program, [...first, scriptPath(script), ...argv], { encoding: 'utf8', env: { PATH } });
  };

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'matre-scripts-'));
    if (name === 'busybox') {
      mkdirSync(at('bin'));
      spawnSync(program, ['--install', '-s', at('bin')]);
    }
  });
  afterEach(() => {
    spawnSync('chmod', ['-R', 'u+w', home]);
    rmSync(home, { recursive: true });
  });

  describe('start.sh', () => {
    const startWith = (downloads: string, ...files: string[]) => {
      const places = [at('output'), at('_data/downloads'), downloads, at('generated')];
      return run('start', ...places, String(files.length), ...files, 'echo', 'started', 'it');
    };
    const start = (...files: string[]) => startWith('', ...files);
    beforeEach(() => {
      write('output/TestA/report.xml');
      write('generated/default/ATestCest.php');
      write('generated/default/B TestCest.php');
      write('generated/default/EmptyCest.php', '');
    });

    test('starts a command when its files exist, and replaces leftover files of an earlier one', () => {
      expect(start('default/ATestCest.php', 'default/B TestCest.php')).toMatchObject({
        status: 0,
        stdout: 'started it\n',
      });
      expect(existsSync(at('output'))).toBe(false);
    });

    test.each(['default/GoneCest.php', 'default/EmptyCest.php'])('starts nothing without %s', (file) => {
      expect(start('default/ATestCest.php', file)).toMatchObject({ status: 66, stdout: '' });
      expect(existsSync(at('output/TestA/report.xml'))).toBe(true);
    });

    test('leads to the new folder of the downloads, in which anyone may write, and removes earlier ones', () => {
      write('_data/downloads/old.csv');
      write('downloads/run-1/old.csv');
      expect(startWith(at('downloads/run-2'), 'default/ATestCest.php').status).toBe(0);
      expect(readlinkSync(at('_data/downloads'))).toBe(at('downloads/run-2'));
      expect(statSync(at('downloads/run-2')).mode & 0o777).toBe(0o777);
      expect(readdirSync(at('downloads'))).toEqual(['run-2']);
      write('downloads/run-2/old.csv');
      expect(startWith(at('downloads/run-3'), 'default/ATestCest.php').status).toBe(0);
      expect(readdirSync(at('_data/downloads'))).toEqual([]);
    });

    test('makes an empty folder when the browser shares none', () => {
      write('downloads/run-1/old.csv');
      startWith(at('downloads/run-1'), 'default/ATestCest.php');
      write('downloads/run-1/old.csv');
      expect(start('default/ATestCest.php').status).toBe(0);
      expect(readdirSync(at('_data/downloads'))).toEqual([]);
      expect(existsSync(at('downloads/run-1/old.csv'))).toBe(true);
    });
  });

  describe('fixtures.sh', () => {
    const acceptance = 'root/dev/tests/acceptance';
    const place = (...folders: string[]) => run('fixtures', at('root'), at(acceptance), ...folders);

    test('copies folders in their order, and those of the image last, as files that tests may change', () => {
      write(`${acceptance}/_data.image/of-image.csv`, 'image');
      mkdirSync(at(`${acceptance}/tests/_data`), { recursive: true });
      for (const name of ['of-image.csv', 'of-both.csv', 'deep/below.csv']) write(`root/one/${name}`, 'one');
      write('root/two/of-both.csv', 'two');
      write('root/two/.hidden', 'two');
      chmodSync(at('root/one/deep'), 0o555);
      expect(place('one', 'two')).toMatchObject({ status: 0, stderr: '' });
      const text = (name: string) => read(`${acceptance}/tests/_data/${name}`);
      expect(['of-image.csv', 'of-both.csv', 'deep/below.csv', '.hidden'].map(text)).toEqual([
        'image',
        'two',
        'one',
        'two',
      ]);
      expect(statSync(at(`${acceptance}/tests/_data/deep`)).mode & 0o200).toBe(0o200);
    });

    test('fails for a file with the name of a folder', () => {
      mkdirSync(at(`${acceptance}/tests/_data`), { recursive: true });
      write('root/one/name/below.csv');
      write('root/two/name');
      expect(place('one', 'two').status).not.toBe(0);
    });
  });

  describe('prepare.sh', () => {
    const acceptance = 'root/dev/tests/acceptance';
    const generated = `${acceptance}/tests/functional/Magento/_generated`;
    const classes = 'root/vendor/framework/Group';
    const prepare = (
      module = 'root/app/code/TestModule',
      { more = [], patched = [] }: { more?: [module: string, checkout: string][]; patched?: string[] } = {},
    ) =>
      run(
        'prepare',
        ...['root', acceptance, generated, classes, 'run'].map((path) => at(path)),
        String(1 + more.length),
        ...[module, 'modules/abc', ...more.flat()].map((path) => at(path)),
        ...patched,
      );

    beforeEach(() => {
      write('root/vendor/bin/mftf');
      write('root/vendor/bin/codecept');
      write(`${acceptance}/codeception.yml`, 'as in the image');
      write(`${acceptance}/tests/functional.suite.yml`);
      write('modules/abc/Test/Mftf/Test/ATest.xml', 'a test');
      chmodSync(at('modules/abc/Test/Mftf/Test/ATest.xml'), 0o444);
      chmodSync(at('modules/abc/Test/Mftf/Test'), 0o555);
      mkdirSync(at('run'));
    });

    test('copies the module to its place, as a real, writable folder', () => {
      expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(read('root/app/code/TestModule/Test/Mftf/Test/ATest.xml')).toBe('a test');
      expect(statSync(at('root/app/code/TestModule/Test/Mftf/Test')).mode & 0o200).toBe(0o200);
    });

    test.each([
      ['2.7.3', 3],
      ['3.0.0', 0],
      ['12.0.0', 0],
    ])('MFTF %s ends with %i', (version, status) => {
      const composer = 'root/vendor/magento/magento2-functional-testing-framework/composer.json';
      write(composer, JSON.stringify({ version }, null, 4));
      const stderr = status === 0 ? '' : expect.stringContaining('MFTF 2');
      expect(prepare()).toMatchObject({ status, stderr });
    });

    test('copies several modules, each to its place', () => {
      write('modules/def/Test/Mftf/Test/BTest.xml', 'another test');
      expect(prepare(undefined, { more: [['root/app/code/Acme/Cart', 'modules/def']] }).status).toBe(0);
      expect(read('root/app/code/TestModule/Test/Mftf/Test/ATest.xml')).toBe('a test');
      expect(read('root/app/code/Acme/Cart/Test/Mftf/Test/BTest.xml')).toBe('another test');
    });

    test('supports a folder with blanks and special characters', () => {
      expect(prepare("root/app/it's a $(module)").status).toBe(0);
      expect(read("root/app/it's a $(module)/Test/Mftf/Test/ATest.xml")).toBe('a test');
    });

    test('removes all files of an earlier run, including hidden ones', () => {
      prepare();
      write('root/app/code/TestModule/Test/Mftf/Test/OldTest.xml');
      write(`${generated}/default/OldTestCest.php`);
      write(`${generated}/.hidden/file`);
      write(`${classes}/OldSuite.php`);
      write(`${acceptance}/tests/_output/failed`);
      write(`${acceptance}/mftf.log`, 'ERROR: of the earlier run');
      write('run/output/OldTest/report.xml');
      write(`${acceptance}/codeception.yml`, 'groups: OldSuite');
      expect(prepare().status).toBe(0);
      expect(readdirSync(at('root/app/code/TestModule/Test/Mftf/Test'))).toEqual(['ATest.xml']);
      for (const folder of [generated, classes, `${acceptance}/tests/_output`, 'run/output']) {
        expect(readdirSync(at(folder)), folder).toEqual([]);
      }
      expect(read(`${acceptance}/codeception.yml`)).toBe('as in the image');
      expect(read(`${acceptance}/mftf.log`)).toBe('');
    });

    test('restores the fixture files of the image, also where an image has none', () => {
      expect(prepare().status).toBe(0);
      expect(readdirSync(at(`${acceptance}/tests/_data`))).toEqual([]);
      rmSync(at(`${acceptance}/_data.image`), { recursive: true });
      write(`${acceptance}/tests/_data/logos/a.png`, 'of the image');
      prepare();
      write(`${acceptance}/tests/_data/logos/a.png`, 'changed');
      write(`${acceptance}/tests/_data/left.csv`);
      expect(prepare().status).toBe(0);
      expect(readdirSync(at(`${acceptance}/tests/_data`))).toEqual(['logos']);
      expect(read(`${acceptance}/tests/_data/logos/a.png`)).toBe('of the image');
    });

    test('replaces a link at the place of the module by a folder, and does not touch the target of the link', () => {
      mkdirSync(at('root/app/code'), { recursive: true });
      write('elsewhere/keep.txt');
      spawnSync('ln', ['-s', at('elsewhere'), at('root/app/code/TestModule')]);
      expect(prepare().status).toBe(0);
      expect(readdirSync(at('elsewhere'))).toEqual(['keep.txt']);
      expect(statSync(at('root/app/code/TestModule/Test')).isDirectory()).toBe(true);
    });

    test('continues after an interruption', () => {
      write('root/app/code/.matre-new/half.xml');
      write(`${acceptance}/codeception.yml.new`, 'as in the');
      expect(prepare().status).toBe(0);
      expect(existsSync(at('root/app/code/TestModule/half.xml'))).toBe(false);
      expect(read(`${acceptance}/codeception.yml`)).toBe('as in the image');
    });

    const framework = 'root/vendor/magento/magento2-functional-testing-framework';

    test('restores the files that an earlier run patched, and removes those that it added', () => {
      write('root/vendor/codeception/a b.php', 'patched');
      write('root/vendor/codeception/a b.php.image', 'as in the image');
      write('root/vendor/codeception/new.php', 'added');
      write(
        `${framework}/.matre-patched`,
        'changed vendor/codeception/a b.php\nadded vendor/codeception/new.php\n',
      );
      expect(prepare()).toMatchObject({ status: 0, stdout: '', stderr: '' });
      expect(readdirSync(at('root/vendor/codeception'))).toEqual(['a b.php']);
      expect(read('root/vendor/codeception/a b.php')).toBe('as in the image');
      expect(existsSync(at(`${framework}/.matre-patched`))).toBe(false);
      expect(prepare().status).toBe(0);
      expect(read('root/vendor/codeception/a b.php')).toBe('as in the image');
    });

    test.each([
      ['before a file was patched', 'changed vendor/codeception/a.php\n'],
      ['within the list', 'changed vendor/code'],
    ])('keeps the files of the image when patching was interrupted %s', (_, list) => {
      write('root/vendor/codeception/a.php', 'as in the image');
      write(`${framework}/.matre-patched`, list);
      expect(prepare().status).toBe(0);
      expect(read('root/vendor/codeception/a.php')).toBe('as in the image');
    });

    test('lists the files to patch that the image lacks, and those that are links or behind one', () => {
      write('root/vendor/codeception/a.php');
      write('elsewhere/b.php');
      symlinkSync(at('elsewhere'), at('root/vendor/linked'));
      symlinkSync(at('elsewhere/b.php'), at('root/vendor/codeception/b.php'));
      symlinkSync(at('nowhere'), at('root/vendor/codeception/dangling.php'));
      const paths = [
        'codeception/a.php',
        'codeception/b.php',
        'codeception/dangling.php',
        'codeception/x/new.php',
        'linked/b.php',
        'linked/x/new.php',
      ];
      const { stdout } = prepare(undefined, { patched: paths.map((path) => `vendor/${path}`) });
      expect(stdout.split('\n')).toEqual([
        'link vendor/codeception/b.php',
        'link vendor/codeception/dangling.php',
        'missing vendor/codeception/x/new.php',
        'link vendor/linked/b.php',
        'link vendor/linked/x/new.php',
        '',
      ]);
    });

    test('creates links to the values, which are in a folder of the run', () => {
      write(`${acceptance}/.env`, 'of the image');
      prepare();
      expect(readlinkSync(at(`${acceptance}/.env`))).toBe(at('run/.env'));
      expect(readlinkSync(at(`${acceptance}/.credentials`))).toBe(at('run/.credentials'));
    });

    test.each([
      'vendor/bin/mftf',
      'vendor/bin/codecept',
      'dev/tests/acceptance/codeception.yml',
      'dev/tests/acceptance/tests/functional.suite.yml',
    ])('ends with 3 when the image lacks %s', (path) => {
      rmSync(at(`root/${path}`));
      expect(prepare()).toMatchObject({ status: 3, stderr: `${at(`root/${path}`)} is not in the image\n` });
    });

    test('fails without a checkout', () => {
      spawnSync('chmod', ['-R', 'u+w', at('modules')]);
      rmSync(at('modules/abc'), { recursive: true });
      expect(prepare().status).not.toBe(0);
    });
  });
});
