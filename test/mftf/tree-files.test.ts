import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { capture } from '../../src/engine/read-all.ts';
import { treeFiles } from '../../src/mftf/catalog/tree/tree-files.ts';
import { openSubject, type Subject } from '../engine/subject.ts';
import { magentoRoot } from '../support/image.ts';

const kinds = (['sandbox', 'docker'] as const).filter(
  (kind) => kind === 'sandbox' || !process.env.MATRE_TEST_SKIP_DOCKER,
);

/** Creates a tree with files, whose content is their path, and links. */
const setUp = `
write() { mkdir -p "\${1%/*}" && printf %s "$1" >"$1"; }
link() { mkdir -p "\${1%/*}" && ln -s "$2" "$1"; }
write app/code/Acme/Cart/Test/Mftf/Test/Direct.xml
write app/code/Acme/Cart/registration.php
write app/code/Acme/Cart/etc/module.xml
write shared/Shared.xml
write shared/more/More.xml
write "$1/Outside.xml"
link app/code/Acme/Cart/Test/Mftf/Test/Linked.xml ../../../../../../../shared/Shared.xml
link app/code/Acme/Cart/Test/Mftf/Test/Again.xml Direct.xml
link app/code/Acme/Cart/Test/Mftf/Test/more ../../../../../../../shared/more
link app/code/Acme/Cart/Test/Mftf/Test/Outside.xml "$1/Outside.xml"
link app/code/Acme/Cart/Test/Mftf/Test/Dangling.xml nowhere
link app/code/Acme/Cart/Test/Mftf/Test/Loop.xml Loop.xml
ln app/code/Acme/Cart/Test/Mftf/Test/Direct.xml app/code/Acme/Cart/Test/Mftf/Test/Hard.xml
write packages/shop/Test/Mftf/Test/Shop.xml
write packages/shop/registration.php
link vendor/acme/module-shop ../../packages/shop
link app/code/Acme/Odd/registration.php ../Cart/registration.php
`;

describe.each(kinds)('the files of a Magento tree, %s', (kind) => {
  let subject: Subject;
  let container: string;
  beforeAll(async () => {
    subject = await openSubject(kind);
    const outside = { target: '/matre/run', sizeBytes: 1024 ** 2, mode: 0o700 };
    container = (await subject.engine.create(await subject.spec({ tmpfs: [outside] }))).id;
    const argv = ['sh', '-ec', setUp, 'sh', '/matre/run'];
    expect(await capture(subject.engine, container, argv, { cwd: magentoRoot })).toMatchObject({ code: 0 });
  });
  afterAll(() => subject.close());

  const read = async () => {
    const files = [];
    for await (const { content, ...file } of treeFiles(subject.engine, container, magentoRoot)) {
      files.push({ ...file, content: Buffer.from(content).toString() });
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  };

  test('include those behind links, also out of the tree, with the end of each', async () => {
    const tests = 'app/code/Acme/Cart/Test/Mftf/Test';
    const link = (name: string, target: string, content = target) => ({
      path: `${tests}/${name}`,
      target,
      obstacle: `${tests}/${name} is a link`,
      content,
    });
    expect(await read()).toEqual([
      link('Again.xml', `${tests}/Direct.xml`),
      { path: `${tests}/Direct.xml`, content: `${tests}/Direct.xml` },
      { path: `${tests}/Hard.xml`, content: `${tests}/Direct.xml` },
      link('Linked.xml', 'shared/Shared.xml'),
      link('Outside.xml', '/matre/run/Outside.xml'),
      link('more/More.xml', 'shared/more/More.xml'),
      { path: 'app/code/Acme/Cart/registration.php', content: 'app/code/Acme/Cart/registration.php' },
      {
        path: 'vendor/acme/module-shop/Test/Mftf/Test/Shop.xml',
        content: 'packages/shop/Test/Mftf/Test/Shop.xml',
      },
      { path: 'vendor/acme/module-shop/registration.php', content: 'packages/shop/registration.php' },
    ]);
  });
});
