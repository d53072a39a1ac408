import { describe, expect, it } from 'vitest';
import { type Catalog, readCatalog } from '../catalog/catalog.ts';
import { runDataClosureOf } from './run-data-closure.ts';

/** A catalog of files, by paths below one module, or below a later one with `+`. */
function catalogOf(files: Record<string, string>): Promise<Catalog> {
  const listed = Object.entries(files).map(([path, content]) => ({
    path: path.startsWith('+')
      ? `vendor/other/module-extra/Test/Mftf/${path.slice(1)}`
      : `app/code/Acme/Shop/Test/Mftf/${path}`,
    content: Buffer.from(content),
  }));
  return readCatalog([{ root: '', files: listed }]);
}

const test = (name: string, body: string) => `<tests><test name="${name}">${body}</test></tests>`;
const data = (...entities: string[]) => `<entities>${entities.join('')}</entities>`;
const operations = (...list: string[]) => `<operations>${list.join('')}</operations>`;
const operation = (name: string, dataType: string, body = '', type = 'create') =>
  `<operation name="${name}" dataType="${dataType}" type="${type}" url="/V1/x" method="POST">${body}</operation>`;
const create = (entity: string) => `<createData entity="${entity}" stepKey="s${entity}"/>`;

/** The closure of the test T, without the folders of modules. */
async function closureOf(files: Record<string, string>, suite?: string) {
  const closure = runDataClosureOf(await catalogOf(files), [{ name: 'T', suite }]);
  if (closure.kind !== 'pruned') throw new Error(`The closure is ${JSON.stringify(closure)}`);
  return {
    entities: closure.entities.sort(),
    dataTypes: closure.dataTypes.sort(),
    files: closure.files.map((path) => path.replace(/.*\/Test\/Mftf\//, '')).sort(),
  };
}

describe('the data that tests use while they run', () => {
  it('is that of all steps with an entity: of tests, their hooks, action groups and suites', async () => {
    const files = {
      'Test/T.xml': test(
        'T',
        `<before>${create('InHook')}</before><updateData entity="Updated" createDataKey="k" stepKey="u"/>
         <getData entity="Read" stepKey="g"/><actionGroup ref="AActionGroup" stepKey="a"/>
         <see userInput="{{OnlyText.x}}" stepKey="s"/>`,
      ),
      'ActionGroup/AActionGroup.xml': `<actionGroups><actionGroup name="AActionGroup">${create('InGroup')}</actionGroup></actionGroups>`,
      'Suite/S.xml': `<suites><suite name="S"><before>${create('InSuite')}</before><include><test name="T"/></include></suite></suites>`,
      'Data/AData.xml': data(
        ...['InHook', 'Updated', 'Read', 'InGroup', 'InSuite', 'Neighbour'].map(
          (name) => `<entity name="${name}" type="t"/>`,
        ),
      ),
      'Data/TextData.xml': data('<entity name="OnlyText" type="t"/>'),
    };
    const { entities, files: paths } = await closureOf(files, 'S');
    // Not the neighbour: another file may declare it, too.
    expect(entities).toEqual(['InGroup', 'InHook', 'InSuite', 'Read', 'Updated']);
    expect(paths).toEqual(['Data/AData.xml']);
  });

  it('has parents, required data over all levels, and every file that declares one of them', async () => {
    const files = {
      'Test/T.xml': test('T', create('A')),
      'Data/AData.xml': data(
        '<entity name="A" extends="P" type="a"><requiredEntity type="b">B</requiredEntity></entity>',
      ),
      'Data/BData.xml': data(
        '<entity name="B" type="b"><array key="x"><item>{{C.y}}</item></array></entity>',
      ),
      'Data/CData.xml': data(
        '<entity name="C" type="c"><requiredEntity type="a">A</requiredEntity></entity>',
      ),
      'Data/PData.xml': data('<entity name="P" type="p"/>'),
      '+Data/MoreData.xml': data('<entity name="P" type="other"/>', '<entity name="Unused" type="u"/>'),
      'Metadata/AllMeta.xml': operations(...['a', 'b', 'c', 'p', 'u'].map((type) => operation(type, type))),
      '+Metadata/OtherMeta.xml': operations(operation('o', 'other')),
    };
    expect(await closureOf(files)).toEqual({
      entities: ['A', 'B', 'C', 'P'],
      dataTypes: ['a', 'b', 'c', 'other', 'p'],
      files: [
        ...['Data/AData.xml', 'Data/BData.xml', 'Data/CData.xml', 'Data/MoreData.xml', 'Data/PData.xml'],
        ...['Metadata/AllMeta.xml', 'Metadata/OtherMeta.xml'],
      ],
    });
  });

  it('has the operations of nested types: objects, fields, and values of arrays', async () => {
    const nested = `<object key="o" dataType="inObject"><field key="f">inField</field>
      <array key="a"><value>inArray</value></array></object><contentType>application/json</contentType>`;
    const files = {
      'Test/T.xml': test('T', create('A')),
      'Data/AData.xml': data('<entity name="A" type="a"/>'),
      'Metadata/AMeta.xml': operations(operation('CreateA', 'a', nested)),
      'Metadata/BMeta.xml': operations(operation('B', 'inObject')),
      'Metadata/CMeta.xml': operations(operation('C', 'inField')),
      'Metadata/DMeta.xml': operations(operation('D', 'inArray', '<field key="x">integer</field>')),
      'Metadata/EMeta.xml': operations(operation('E', 'elsewhere')),
    };
    expect((await closureOf(files)).dataTypes).toEqual(['a', 'inArray', 'inField', 'inObject']);
  });

  it('has the operations of the same name and of the same type, which replace each other', async () => {
    const files = {
      'Test/T.xml': test('T', create('A')),
      'Data/AData.xml': data('<entity name="A" type="a"/>'),
      'Metadata/AMeta.xml': operations(operation('CreateA', 'a')),
      // MFTF merges operations by their names, so that there is none of type a but this one.
      '+Metadata/RenamedMeta.xml': operations(operation('CreateA', 'moved')),
      '+Metadata/SecondMeta.xml': operations(operation('AnotherA', 'a')),
      '+Metadata/MovedMeta.xml': operations(operation('CreateMoved', 'moved', '', 'delete')),
    };
    const { dataTypes, files: paths } = await closureOf(files);
    expect(dataTypes).toEqual(['a', 'moved']);
    expect(paths).toEqual([
      'Data/AData.xml',
      ...['Metadata/AMeta.xml', 'Metadata/MovedMeta.xml', 'Metadata/RenamedMeta.xml'],
      'Metadata/SecondMeta.xml',
    ]);
  });

  it('is nothing when the tests create none', async () => {
    const files = {
      'Test/T.xml': test('T', '<see userInput="{{A.x}}" stepKey="s"/>'),
      'Data/AData.xml': data('<entity name="A" type="a"/>'),
    };
    expect(runDataClosureOf(await catalogOf(files), [{ name: 'T', suite: undefined }])).toEqual({
      kind: 'none',
    });
  });

  it('needs the whole tree when one of its files is a link', async () => {
    const folder = 'app/code/Acme/Shop/Test/Mftf';
    const file = (path: string, content: string) => ({
      path: `${folder}/${path}`,
      content: Buffer.from(content),
    });
    const link = { ...file('Data/AData.xml', data('<entity name="A" type="a"/>')), obstacle: 'it is a link' };
    const files = [file('Test/T.xml', test('T', create('A'))), link];
    const catalog = await readCatalog([{ root: '', files }]);
    expect(runDataClosureOf(catalog, [{ name: 'T', suite: undefined }])).toEqual({
      kind: 'whole',
      reason: 'it is a link',
    });
  });
});

/** Of random data: whatever a name is merged from must be in the files, or MFTF would make another object of it. */
it('is complete for random data and operations', async () => {
  let state = 22;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);
  for (let round = 0; round < 40; round += 1) {
    const entityNames = names('E', 12);
    const typeNames = names('t', 8);
    const operationNames = names('O', 8);
    const pick = (list: string[]) => list[random(list.length)] ?? '';
    /** By file: which names it declares, and what each of them leads to. */
    const declared: { file: string; key: string; leadsTo: string[] }[] = [];
    const files: Record<string, string> = { 'Test/T.xml': test('T', create('E0')) };
    for (const file of names('Data/F', 8)) {
      const entities = Array.from({ length: 1 + random(3) }, () => {
        const [name, type, parent, required] = [
          pick(entityNames),
          pick(typeNames),
          pick(entityNames),
          pick(entityNames),
        ];
        const leadsTo = [`t:${type}`, ...(random(2) ? [`e:${parent}`] : []), `e:${required}`];
        declared.push({ file: `${file}Data.xml`, key: `e:${name}`, leadsTo });
        const extending = leadsTo.length === 3 ? `extends="${parent}"` : '';
        return `<entity name="${name}" type="${type}" ${extending}><requiredEntity type="x">${required}</requiredEntity></entity>`;
      });
      files[`${file}Data.xml`] = data(...entities);
    }
    for (const file of names('Metadata/F', 6)) {
      const list = Array.from({ length: 1 + random(2) }, () => {
        const [name, type, nested] = [pick(operationNames), pick(typeNames), pick(typeNames)];
        const leadsTo = [`o:${name}`, `t:${type}`, ...(random(2) ? [`t:${nested}`] : [])];
        for (const key of [`o:${name}`, `t:${type}`])
          declared.push({ file: `${file}Meta.xml`, key, leadsTo });
        return operation(name, type, leadsTo.length === 3 ? `<field key="f">${nested}</field>` : '');
      });
      files[`${file}Meta.xml`] = operations(...list);
    }
    const reached = new Set(['e:E0']);
    for (const key of reached) {
      for (const one of declared) if (one.key === key) for (const next of one.leadsTo) reached.add(next);
    }
    const expected = [
      ...new Set(declared.filter(({ key }) => reached.has(key)).map(({ file }) => file)),
    ].sort();
    const closure = await closureOf(files);
    expect(closure.files).toEqual(expected);
    for (const name of closure.entities) expect(reached).toContain(`e:${name}`);
    for (const name of closure.dataTypes) expect(reached).toContain(`t:${name}`);
  }
});
