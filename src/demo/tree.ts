import { execFile } from 'node:child_process';
import { chmod, constants, copyFile, cp, link, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { examplePath } from './examples.ts';

/** The Magento root in a sample image. */
export const sampleRoot = '/var/www/html';
/** The command that replaces PHP in a sample image. */
export const samplePhp = '/opt/matre-sample/bin/php';

/** The folders of the machine that a sandbox sees (src/engine/sandbox/arguments.ts). */
const visibleFolders = /^\/(usr|bin|sbin|lib[^/]*)\//;
/** The place of a copy of Node in a sample image. */
const sampleNode = '/opt/matre-sample/bin/node';

export interface SampleTreeOptions {
  /** `3.8.0` by default. Version 3 writes Allure 1 results, version 4 and later Allure 2. */
  mftfVersion?: string;
  /** The Node executable for the commands of the image; that of this process by default. */
  node?: string;
}

const framework = 'vendor/magento/magento2-functional-testing-framework';

/**
 * Creates the files of a sample image in an empty folder: a small Magento root with the stand-in for MFTF at `var/www/html`, and
 * `opt/matre-sample/bin/php`. As in a real image there is no `.env`. Returns the path of the Magento root.
 */
export async function buildSampleTree(folder: string, options: SampleTreeOptions = {}): Promise<string> {
  const { mftfVersion = '3.8.0', node = process.execPath } = options;
  const root = join(folder, sampleRoot);
  await mkdir(root, { recursive: true });
  await cp(examplePath('tree'), root, { recursive: true });
  await cp(examplePath('stand-in'), join(root, framework, 'stand-in'), {
    recursive: true,
    filter: (path) => !path.endsWith('/bin'),
  });
  await cp(examplePath('stand-in/bin'), join(root, 'vendor/bin'), { recursive: true });
  const composer = { name: 'magento/magento2-functional-testing-framework', version: mftfVersion };
  await writeFile(join(root, framework, 'composer.json'), `${JSON.stringify(composer, null, 4)}\n`);
  // The stand-in is CommonJS, whatever the type of an outer package.
  await writeFile(join(root, 'package.json'), '{ "type": "commonjs" }\n');
  await mkdir(join(root, framework, 'src/Magento/FunctionalTestingFramework/Group'), { recursive: true });
  await writePhp(join(folder, samplePhp), node);
  await promisify(execFile)(process.execPath, [join(root, 'vendor/bin/mftf'), 'build:project']);
  await rm(join(root, 'dev/tests/acceptance/.env'));
  return root;
}

/**
 * The path of a Node that sandboxes of the image in `folder` can execute: that of this process, or a copy of it in the image where
 * sandboxes do not see it, as when nvm has installed it in a home folder.
 */
export async function placeNode(folder: string): Promise<string> {
  const node = await realpath(process.execPath);
  if (visibleFolders.test(node)) return node;
  const copy = join(folder, sampleNode);
  await mkdir(dirname(copy), { recursive: true });
  // 100 MB. A link is impossible between file systems, and to files of other users.
  await link(node, copy).catch(() => copyFile(node, copy, constants.COPYFILE_FICLONE));
  return sampleNode;
}

/**
 * Writes a `php` that runs the script with Node. Of the options of PHP it applies those for a pruned tree, a list of modules and
 * stored data, which real MFTF gets from PHP files. Of the PHP scripts of matre it implements `fetch.php`, `registrations.php` and
 * `make-run-data.php`; the others print nothing.
 */
async function writePhp(path: string, node: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const quoted = `'${node.replaceAll("'", "'\\''")}'`;
  const script = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
    -d)
      case $2 in
        matre.tree=*) export STAND_IN_TREE="\${2#matre.tree=}" ;;
        matre.modules=*) export STAND_IN_MODULES="\${2#matre.modules=}" ;;
        matre.prepend=*run-data.php*) export STAND_IN_RUN_DATA=/matre/run/run-data ;;
      esac
      shift 2
      ;;
    -d*) shift ;;
    -v | --version)
      echo 'PHP 8.2.0 (a stand-in of matre, on Node)'
      exit 0
      ;;
    */browsers/proxy.php)
      # Independent of MFTF. Without PHP on the machine tests use Selenium directly.
      exec php "$@"
      ;;
    */fetch.php | */registrations.php | */make-run-data.php)
      script=\${1##*/}
      script=${framework}/stand-in/\${script%.php}.cjs
      shift
      [ -f "$script" ] || script=${sampleRoot}/$script
      [ -f "$script" ] || exit 0
      set -- "$script" "$@"
      break
      ;;
    *.php) exit 0 ;;
    *) break ;;
  esac
done
exec ${quoted} "$@"
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
}
