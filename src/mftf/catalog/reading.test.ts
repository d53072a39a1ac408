import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { Catalog } from './catalog.ts';
import { readCatalog } from './catalog.ts';

const path = 'app/code/Acme/Shop/Test/Mftf/Test/A.xml';
const head = (encoding?: string) => `<?xml version="1.0"${encoding ? ` encoding="${encoding}"` : ''}?>`;
const xml = (annotations: string, beginning = head(), name = 'A') =>
  `${beginning}<tests><test name="${name}"><annotations>${annotations}</annotations></test></tests>`;
const group = (value: string) => `<group value="${value}"/>`;
const read = (content: Uint8Array | string): Promise<Catalog> =>
  readCatalog([{ root: '', files: [{ path, content: Buffer.from(content) }] }]);
const groupsOf = async (content: Uint8Array | string) => (await read(content)).tests.get('A')?.groups;
const problemOf = async (content: Uint8Array | string) => (await read(content)).problems[0]?.message;

describe('the encoding of a file', () => {
  it.each([
    ['ISO-8859-1', 'latin1', 'é'],
    ['windows-1252', 'cp1252', '€'],
    ['ISO-8859-15', 'iso885915', '€'],
    ['KOI8-R', 'koi8-r', 'я'],
    ['Shift_JIS', 'shift_jis', 'я'],
    ['utf8', 'utf8', 'é'],
    ['UTF-16LE', 'utf-16le', 'é'],
    ['UTF-16BE', 'utf-16be', 'é'],
    ['UCS-4', 'utf-32be', 'é'],
  ])('is the declared one: %s', async (declared, encoding, character) => {
    expect(await groupsOf(iconv.encode(xml(group(character), head(declared)), encoding))).toEqual([
      character,
    ]);
  });

  it('is that of the byte order mark', async () => {
    const utf16 = Buffer.from(`\uFEFF${xml(group('é'), head('UTF-16'))}`, 'utf16le');
    expect(await groupsOf(utf16)).toEqual(['é']);
    expect(await groupsOf(`\uFEFF${xml(group('é'), head('UTF-8'))}`)).toEqual(['é']);
  });

  it('is refused when the bytes do not fit it', async () => {
    expect(await problemOf(iconv.encode(xml(group('é')), 'latin1'))).toMatch(/^The file is not valid UTF-8/);
    expect(await problemOf(iconv.encode(xml(group('é'), head('US-ASCII')), 'latin1'))).toMatch(/US-ASCII/);
    expect(await problemOf(xml(group('a'), head('UTF-16')))).toMatch(/declares UTF-16/);
    expect(await problemOf(xml(group('a'), head('nonsense')))).toMatch(/nonsense is unknown/);
    expect(await problemOf(xml(group('a'), head('base64')))).toMatch(/base64 is unknown/);
  });

  it('does not hide a changed byte from the digest', async () => {
    const digestOf = async (byte: number) => {
      const content = Buffer.from(xml(group('?'), head('ISO-8859-1')));
      content[content.indexOf('?"/>')] = byte;
      return (await read(content)).files[0]?.digest;
    };
    expect(await digestOf(0xe9)).not.toBe(await digestOf(0xe8));
    const helper = async (byte: number) => {
      const content = Buffer.from([...Buffer.from('<?php // '), byte]);
      const helperPath = 'app/code/Acme/Shop/Test/Mftf/Helper/H.php';
      return (await readCatalog([{ root: '', files: [{ path: helperPath, content }] }])).files[0]?.digest;
    };
    expect(await helper(0xe9)).not.toBe(await helper(0xe8));
  });
});

describe('a document type', () => {
  const doctype = (subset: string) => `${head()}<!DOCTYPE tests [${subset}]>`;

  it('may declare what MFTF ignores', async () => {
    const subset = '<!-- ] > --><?pi ]?><!ELEMENT x ANY><!ATTLIST group value CDATA "b"><!ENTITY % p "q">';
    expect(await groupsOf(xml(group('a'), doctype(subset)))).toEqual(['a']);
    expect(await groupsOf(xml(group('a'), `${head()}<!DOCTYPE tests SYSTEM "tests.dtd">`))).toEqual(['a']);
  });

  it('leaves nothing of an entity in an attribute, as in MFTF', async () => {
    expect(await groupsOf(xml(group('a&e;b'), doctype('<!ENTITY e "smo&#107;e">')))).toEqual(['ab']);
  });

  it.each([
    ['in an element', '<group value="x">&e;</group>', '<!ENTITY e "a">', /in the content of an element/],
    ['from another file', group('&e;'), '<!ENTITY e SYSTEM "/etc/passwd">', /is not read/],
    ['that is not defined', group('&e;'), '<!ENTITY f "a">', /not defined/],
    ['that contains itself', group('&e;'), '<!ENTITY e "&f;"><!ENTITY f "&e;">', /contains itself/],
    [
      'that grows beyond all bounds',
      group('&e9;'),
      [
        '<!ENTITY e0 "lol">',
        ...Array.from({ length: 9 }, (_, n) => `<!ENTITY e${n + 1} "${`&e${n};`.repeat(10)}">`),
      ].join(''),
      /expands to more than/,
    ],
  ])('is refused with an entity %s', async (_, annotations, subset, message) => {
    expect(await problemOf(xml(annotations, doctype(subset)))).toMatch(message);
  });
});

describe('an annotation', () => {
  it('has the first text of its element, else its attribute', async () => {
    const groups = [
      '<group value="smoke">text</group>',
      '<group value="b">  pad <!--c-->x</group>',
      '<group value="c"><![CDATA[cd]]></group>',
      '<group value="d"><!--c--></group>',
      '<group value="e">  </group>',
      '<group value=" f "/>',
      '<group value=""/>',
    ];
    expect(await groupsOf(xml(groups.join('')))).toEqual(['text', 'pad', 'cd', 'd', 'e', 'f']);
  });

  it('may have any characters', async () => {
    const catalog = await read(xml(['A&amp;B', 'café', 'a,b', 'Iıİi', '\u00a0'].map(group).join('')));
    expect([...catalog.groups.keys()]).toEqual(['A&B', 'café', 'a,b', 'Iıİi', '\u00a0']);
  });
});

describe('the name of a test', () => {
  it('may be so long that the generated file can have its name', async () => {
    const unusable = async (name: string) => (await read(xml('', head(), name))).tests.get(name)?.unusable;
    const longest = `${'é'.repeat(123)}T`;
    expect(await unusable(longest)).toBeUndefined();
    expect(await unusable(`${longest}T`)).toBe('its name is too long for a file');
  });

  it.each(['CaféTest', '_Test', 'Тест'])('may be %s', async (name) => {
    expect((await read(xml('', head(), name))).tests.get(name)?.unusable).toBeUndefined();
  });

  it.each(['1Test', 'A-Test', 'A B'])('is refused when it is %s', async (name) => {
    expect((await read(xml('', head(), name))).tests.get(name)?.unusable).toMatch(/not a valid class name/);
  });
});

it('ignores a file with a single zero, which is empty to PHP', async () => {
  expect(await problemOf('0')).toBeUndefined();
});
