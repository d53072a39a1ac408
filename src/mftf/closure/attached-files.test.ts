import { describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog/catalog.ts';
import { attachedFiles, describeMissingFixtures } from './attached-files.ts';

const acme = 'vendor/acme/module-shop/Test/Mftf';
const own = 'app/code/Own/Tests/Test/Mftf';
const test = (body: string, attributes = '', name = 'T') =>
  `<tests><test name="${name}" ${attributes}>${body}</test></tests>`;
const group = (name: string, body: string, attributes = '') =>
  `<actionGroups><actionGroup name="${name}" ${attributes}>${body}</actionGroup></actionGroups>`;
const attach = (file: string, key = 'a') =>
  `<attachFile selector="#f" userInput="${file}" stepKey="${key}"/>`;
const call = (ref: string, values: Record<string, string> = {}, key = 'c') =>
  `<actionGroup ref="${ref}" stepKey="${key}">${Object.entries(values)
    .map(([name, value]) => `<argument name="${name}" value="${value}"/>`)
    .join('')}</actionGroup>`;
const argument = (name: string, value?: string) =>
  `<arguments><argument name="${name}"${value === undefined ? '' : ` defaultValue="${value}"`}/></arguments>`;
const data = `<entities>
<entity name="Logo"><data key="file">logo.png</data><data key="title">A logo.</data></entity>
<entity name="BigLogo" extends="Logo"><data key="title">Big</data></entity></entities>`;

/** The files that the test T attaches, of modules with these files; the key is a path, in the test module with `+`. */
async function filesOf(files: Record<string, string>): Promise<string[]> {
  const listed = Object.entries({ 'Data/LogoData.xml': data, ...files }).map(([path, content]) => ({
    path: path.startsWith('+') ? `${own}/${path.slice(1)}` : `${acme}/${path}`,
    content: Buffer.from(content),
  }));
  const inModule = listed.filter(({ path }) => path.startsWith(own));
  const catalog = await readCatalog([
    { root: '', files: listed.filter((file) => !inModule.includes(file)) },
    { root: 'app/code/Own/Tests', files: inModule },
  ]);
  return [...attachedFiles(catalog, [{ name: 'T', suite: undefined }]).keys()];
}

describe('the files that a test attaches', () => {
  const upload = group('UploadActionGroup', argument('image', 'Logo') + attach('{{image.file}}'));
  const files = { 'ActionGroup/UploadActionGroup.xml': upload };

  it.each([
    ['a name', attach('a.png'), ['a.png']],
    ['data', attach('{{Logo.file}}'), ['logo.png']],
    ['data of a parent', attach('{{BigLogo.file}}'), ['logo.png']],
    ['a path with data', attach('images/{{Logo.file}}'), ['images/logo.png']],
    ['the default value of an argument', call('UploadActionGroup'), ['logo.png']],
    ['data as an argument', call('UploadActionGroup', { image: 'BigLogo' }), ['logo.png']],
    ['nothing that created data or a variable names', attach('$file$') + attach('{{_ENV.F}}', 'b'), []],
    ['nothing that unknown data names', call('UploadActionGroup', { image: 'Unknown' }), []],
  ])('are those of %s', async (_, body, expected) => {
    expect(await filesOf({ ...files, 'Test/T.xml': test(body) })).toEqual(expected);
  });

  it('are followed through action groups of other modules, which pass arguments on', async () => {
    const outer = group(
      'OuterActionGroup',
      argument('name') + call('InnerActionGroup', { file: '{{name}}' }),
    );
    const inner = group('InnerActionGroup', argument('file') + attach('{{file}}'));
    const values = { name: '{{Logo.file}}' };
    const inTree = { 'ActionGroup/InnerActionGroup.xml': inner, 'ActionGroup/OuterActionGroup.xml': outer };
    expect(await filesOf({ ...inTree, '+Test/T.xml': test(call('OuterActionGroup', values)) })).toEqual([
      'logo.png',
    ]);
  });

  it('are those of the steps after merging: replaced, removed, inherited', async () => {
    const parent = {
      'Test/P.xml': test(attach('a.png') + attach('b.png', 'b') + attach('c.png', 'x'), '', 'P'),
    };
    const child = test(`${attach('d.png')}<remove keyForRemoval="b"/>`, 'extends="P"');
    expect(await filesOf({ ...parent, 'Test/T.xml': child })).toEqual(['d.png', 'c.png']);
  });

  it('end with action groups that call each other in a circle', async () => {
    const circle = {
      'ActionGroup/AActionGroup.xml': group('AActionGroup', call('BActionGroup') + attach('a.png')),
      'ActionGroup/BActionGroup.xml': group('BActionGroup', call('AActionGroup')),
    };
    expect(await filesOf({ ...circle, 'Test/T.xml': test(call('AActionGroup')) })).toEqual(['a.png']);
  });

  it('are named when nothing has them, without those that are made while tests run', () => {
    const attached = new Map([
      ['a.png', ['A', 'B']],
      ['b.png', ['A']],
      ['downloads/c.csv', ['A']],
    ]);
    const message = describeMissingFixtures(attached, new Set(['b.png']));
    expect(message).toMatch(/has: a\.png \(A and 1 more\)\.$/);
    expect(describeMissingFixtures(attached, new Set(['a.png', 'b.png']))).toBeUndefined();
  });
});
