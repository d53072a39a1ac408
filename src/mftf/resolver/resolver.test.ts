import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '../catalog/catalog.ts';
import type { ResolvedStep, ResolvedTest, Resolver } from './model.ts';
import { createResolver } from './resolver.ts';

const roots = {
  a: 'app/code/Acme/A/Test/Mftf',
  b: 'app/code/Acme/B/Test/Mftf',
};

/** A resolver of files, by paths below the module Acme_A or, with `+`, below Acme_B, which is merged after it. */
async function resolverOf(files: Record<string, string>): Promise<Resolver> {
  const contents = new Map(
    Object.entries(files).map(([path, content]) => [
      path.startsWith('+') ? `${roots.b}/${path.slice(1)}` : `${roots.a}/${path}`,
      Buffer.from(content),
    ]),
  );
  const catalog = await readCatalog([
    { root: '', files: [...contents].map(([path, content]) => ({ path, content })) },
  ]);
  return createResolver(catalog, (path) => contents.get(path) ?? Buffer.alloc(0));
}

const test = (name: string, body: string, attributes = '') =>
  `<tests><test name="${name}" ${attributes}>${body}</test></tests>`;
const group = (name: string, body: string, attributes = '') =>
  `<actionGroups><actionGroup name="${name}" ${attributes}>${body}</actionGroup></actionGroups>`;
const click = (key: string, attributes = '') => `<click selector="${key}" stepKey="${key}" ${attributes}/>`;
const call = (ref: string, values: Record<string, string> = {}, key = 'call') =>
  `<actionGroup ref="${ref}" stepKey="${key}">${Object.entries(values)
    .map(([name, value]) => `<argument name="${name}" value="${value}"/>`)
    .join('')}</actionGroup>`;

async function resolve(files: Record<string, string>, name = 'T'): Promise<ResolvedTest> {
  const resolution = (await resolverOf(files)).test(name);
  if ('refusal' in resolution) throw new Error(resolution.refusal.message);
  return resolution.resolved;
}

async function refusalOf(files: Record<string, string>, name = 'T'): Promise<string> {
  const resolution = (await resolverOf(files)).test(name);
  if (!('refusal' in resolution)) throw new Error('The test was resolved.');
  const { origin, message } = resolution.refusal;
  return `${origin.file.replace(`${roots.a}/`, '')}:${origin.line}: ${message}`;
}

/** Step keys, and comments with a hash sign. */
const keysOf = (steps: readonly ResolvedStep[] | undefined) =>
  (steps ?? []).map(({ stepKey, attributes }) => stepKey || `#${attributes['userInput']}`).join(' ');
const stepsOf = async (files: Record<string, string>, name = 'T') =>
  keysOf((await resolve(files, name)).steps);

describe('the order of steps', () => {
  it('puts the last step that names another directly beside it', async () => {
    const body = [click('a'), click('b', 'after="a"'), click('c', 'after="a"'), click('d', 'before="a"')];
    expect(await stepsOf({ 'Test/T.xml': test('T', body.join('')) })).toBe('d a c b');
  });

  it('finds the place of a step whose target comes later', async () => {
    const body = click('m', 'after="z"') + click('a') + click('z', 'before="a"');
    expect(await stepsOf({ 'Test/T.xml': test('T', body) })).toBe('z m a');
  });

  it.each([
    [
      click('a', 'before="b"') + click('b', 'after="a"'),
      'Test/T.xml:1: The steps of the test T name each other',
    ],
    [
      click('a') + click('b', 'after="x"'),
      'The step b of the test T is put after the step x, which does not',
    ],
    [click('a') + click('b', 'after="a" before="a"'), 'has both before and after'],
    [click('a') + click('a'), 'is already that of line 1'],
    ['<click selector="x" stepKey="a-b"/>', 'has other characters than letters, digits and _'],
  ])('is refused for %s', async (body, message) => {
    expect(await refusalOf({ 'Test/T.xml': test('T', body) })).toContain(message);
  });

  it('keeps every step, and each beside the one that it names unless another came between', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const target = fc.constantFrom(...names);
    const links = fc.array(fc.tuple(fc.constantFrom('before', 'after', 'none'), target), {
      minLength: names.length,
      maxLength: names.length,
    });
    return fc.assert(
      fc.asyncProperty(links, async (list) => {
        const body = names.map((name, index) => {
          const [place, to] = list[index] ?? ['none', ''];
          return click(name, place === 'none' ? '' : `${place}="${to}"`);
        });
        const resolution = (await resolverOf({ 'Test/T.xml': test('T', body.join('')) })).test('T');
        const follow = (index: number): boolean => {
          const visited = new Set<number>();
          for (let at = index; list[at]?.[0] !== 'none'; at = names.indexOf(list[at]?.[1] ?? '')) {
            if (visited.has(at)) return false;
            visited.add(at);
          }
          return true;
        };
        const isPossible = names.every((_, index) => follow(index));
        expect('resolved' in resolution).toBe(isPossible);
        if (!('resolved' in resolution)) return;
        const order = resolution.resolved.steps.map(({ stepKey }) => stepKey);
        expect(order.toSorted()).toEqual(names);
        for (const [index, name] of names.entries()) {
          const [place, to] = list[index] ?? ['none', ''];
          if (place === 'before') expect(order.indexOf(name)).toBeLessThan(order.indexOf(to));
          if (place === 'after') expect(order.indexOf(name)).toBeGreaterThan(order.indexOf(to));
        }
      }),
    );
  });
});

describe('merging', () => {
  const base = test('T', `${click('a')}${click('b')}<!-- from A -->`);

  it('lets a later module change, add, place and remove steps, and drops its comments', async () => {
    const later = `<!-- from B --><click selector="new" stepKey="a"/>${click('c', 'before="b"')}<remove keyForRemoval="b2"/>`;
    const { steps, files } = await resolve({ 'Test/T.xml': base, '+Test/T.xml': test('T', later) });
    expect(keysOf(steps)).toBe('a c b #from A');
    expect(steps[0]?.attributes).toEqual({ selector: 'new' });
    expect(steps.map(({ origin }) => origin.file.slice(14, 15))).toEqual(['A', 'B', 'A', 'A']);
    expect(files).toEqual([`${roots.a}/Test/T.xml`, `${roots.b}/Test/T.xml`]);
  });

  it.each([
    ['<remove keyForRemoval="a"/>', 'b #from A'],
    ['<remove keyForRemoval="a"/><click selector="x" stepKey="a"/>', 'b #from A'],
    ['<remove keyForRemoval="a"/><see userInput="x" stepKey="a"/>', 'b #from A a'],
    ['<see userInput="x" stepKey="a"/>', 'a b #from A'],
  ])('follows MFTF when a step is removed and declared again: %s', async (later, order) => {
    expect(await stepsOf({ 'Test/T.xml': base, '+Test/T.xml': test('T', later) })).toBe(order);
  });

  it('tells steps apart by their keys, whatever the name of the action is', async () => {
    const files = {
      'Test/T.xml': test('T', '<constructor stepKey="a"/>'),
      '+Test/T.xml': test('T', '<constructor stepKey="b"/>'),
    };
    expect(await stepsOf(files)).toBe('a b');
  });

  it('inserts all steps of a declaration before or after one step, in their order', async () => {
    const later = click('x') + click('y');
    const at = (attributes: string) =>
      stepsOf({ 'Test/T.xml': base, '+Test/T.xml': test('T', later, attributes) });
    expect(await at('insertAfter="a"')).toBe('a x y b #from A');
    expect(await at('insertBefore="b"')).toBe('a x y b #from A');
  });
});

describe('a test that extends another', () => {
  const parent = test(
    'P',
    `<before>${click('x')}</before><after>${click('y')}</after>${click('a')}${click('b')}<!--p-->`,
  );
  const child = (body: string) => ({ 'Test/P.xml': parent, 'Test/T.xml': test('T', body, 'extends="P"') });

  it('has the steps of its parent, changed, replaced in their place, or removed', async () => {
    expect(await stepsOf(child(`<!--c-->${click('a2', 'before="a"')}<remove keyForRemoval="b"/>`))).toBe(
      'a2 a #p #c',
    );
    const redeclared = '<remove keyForRemoval="a"/><click selector="new" stepKey="a"/>';
    expect(await stepsOf(child(redeclared))).toBe('a b #p');
  });

  it('has the hooks of its parent, after its own', async () => {
    const { hooks, before, after } = await resolve(child(`<after>${click('z')}</after>`));
    expect([hooks, keysOf(before), keysOf(after)]).toEqual([['after', 'before'], 'x', 'y z']);
  });

  it.each([
    ['T', 'it extends itself'],
    ['Nowhere', 'it extends Nowhere, which does not exist'],
    ['C', 'tests extend each other in a circle'],
    ['Q', 'it extends Q, which extends another test itself'],
  ])('is refused when its parent is %s', async (name, reason) => {
    const files = {
      'Test/T.xml': test('T', click('a'), `extends="${name}"`),
      'Test/C.xml': test('C', click('a'), 'extends="T"'),
      'Test/Q.xml': test('Q', click('a'), 'extends="P"'),
      'Test/P.xml': parent,
    };
    expect(await refusalOf(files)).toContain(reason);
  });

  it('is skipped with its parent, and then not refused for its steps', async () => {
    const skipped = '<annotations><skip><issueId value="X-1"/></skip></annotations>';
    const files = {
      'Test/P.xml': test('P', skipped + click('a')),
      'Test/T.xml': test('T', call('NoActionGroup'), 'extends="P"'),
    };
    expect(await resolve(files)).toMatchObject({ skipped: true, skipReasons: ['ParentTestIsSkipped'] });
    expect((await resolve(files, 'P')).skipReasons).toEqual(['X-1']);
  });
});

describe('an action group', () => {
  const files = (argument: string, body: string, calls: string) => ({
    'Test/T.xml': test('T', calls),
    'ActionGroup/GActionGroup.xml': group('GActionGroup', `<arguments>${argument}</arguments>${body}`),
  });

  it('is put in with the key of its call as a suffix, between two comments, and with its origin', async () => {
    const { steps } = await resolve(files('', `${click('a')}<!-- {{x}} -->`, call('GActionGroup')));
    expect(keysOf(steps)).toBe(
      '#Entering Action Group [call] GActionGroup aCall #{{x}} #Exiting Action Group [call] GActionGroup',
    );
    expect(steps[1]).toMatchObject({
      origin: { file: `${roots.a}/ActionGroup/GActionGroup.xml`, line: 1 },
      call: { actionGroup: 'GActionGroup', stepKey: 'call', origin: { file: `${roots.a}/Test/T.xml` } },
    });
  });

  const text = '<argument name="s" type="string" defaultValue="lit x"/>';
  const data = '<argument name="e" defaultValue="Customer"/>';
  it.each([
    [text, '{{s}} s', {}, 'lit x s'],
    [text, '{{Sec.s(s)}}', {}, "{{Sec.s('lit x')}}"],
    [text, '{{Sec.one(s))}}', {}, "{{Sec.one('lit x'))}}"],
    [text, '{{Sec.one(s)}}', { s: '{{Customer.name}}' }, '{{Sec.one(Customer.name)}}'],
    [text, '{{Sec.one(s)}}', { s: '$made.name$' }, '{{Sec.one($made.name$)}}'],
    [text, '{{s.name}} {{other}}', {}, '{{s.name}} {{other}}'],
    [data, 'the e {{e.name}}', {}, 'the Customer {{Customer.name}}'],
    [data, '{{e.name}}', { e: '$made$' }, '$made.nammade$'],
    [data, '{{e.name}}', { e: '$$$made$$' }, '$$made.nammade$$'],
    [data, '{{e.acme/key}}', { e: '_CREDS' }, '{{_CREDS.acme/key}}'],
    [data, '{{Sec.e(e.name)}}', {}, '{{Sec.e(Customer.name)}}'],
    ['<argument name="a+[b" type="string" defaultValue="v"/>', '{{Sec.one(a+[b)}}', {}, "{{Sec.one('v')}}"],
    [data, '{{e.one(e)}}', { e: 'Sec' }, '{{Sec.one(Sec)}}'],
  ])('with %s makes of %s, called with %j: %s', async (argument, selector, values, result) => {
    const body = `<see selector="${selector}" stepKey="a"/>`;
    const { steps } = await resolve(files(argument, body, call('GActionGroup', values)));
    expect(steps[1]?.attributes['selector']).toBe(result);
  });

  it.each([
    ['<waitForElement selector="#a" time="{{s}}" stepKey="a"/>', 'time', 'lit x'],
    ['<waitForPageLoad time="{{s}}" stepKey="a"/>', 'time', '{{s}}'],
    ['<return value="{{s}}" stepKey="a"/>', 'value', '{{s}}'],
    ['<magentoCron groups="{{s}}" stepKey="a"/>', 'groups', '{{s}}'],
    ['<see userInput="{{s}} { {{s}}" stepKey="a"/>', 'userInput', 'lit x { lit x'],
    ['<see userInput="{{{s}}}" stepKey="a"/>', 'userInput', '{{{s}}}'],
  ])('puts arguments only where MFTF does: %s', async (body, name, expected) => {
    const { steps } = await resolve(files(text, body, call('GActionGroup')));
    expect(steps[1]?.attributes[name]).toBe(expected);
  });

  it('renames variables of its own steps, and no others', async () => {
    const body =
      '<grabTextFrom selector="x" stepKey="grab"/><createData entity="{{e}}" stepKey="made"><field key="k">$made.id$</field></createData>' +
      '<see userInput="{$grab} $grab $grabbed {$clicked} $made.id$" stepKey="see"/>' +
      '<deleteData createDataKey="made" stepKey="gone"/>' +
      '<assertEquals stepKey="same"><actualResult type="variable">grab</actualResult></assertEquals>';
    const { steps } = await resolve(files(data, body, call('GActionGroup')));
    const [, , creation, see, gone, same] = steps;
    expect([creation?.attributes['entity'], creation?.children[0]?.text]).toEqual(['{{e}}', '$madeCall.id$']);
    expect(see?.attributes['userInput']).toBe('{$grabCall} $grabCall $grabbed {$clicked} $made.id$');
    expect([gone?.attributes['createDataKey'], same?.children[0]?.text]).toEqual(['madeCall', 'grabCall']);
  });

  it('extends another one, with its arguments', async () => {
    const { steps } = await resolve({
      ...files(
        '<argument name="s" type="string"/>',
        click('a') + click('b'),
        call('HActionGroup', { s: 'v' }),
      ),
      'ActionGroup/HActionGroup.xml': group(
        'HActionGroup',
        '<remove keyForRemoval="a"/><click selector="{{s}}" stepKey="c" before="b"/>',
        'extends="GActionGroup"',
      ),
    });
    expect(keysOf(steps.slice(1, -1))).toBe('cCall bCall');
    expect(steps[1]?.attributes['selector']).toBe('v');
  });

  it('needs a value for an argument that its parent has without a default', async () => {
    const declared = (attributes: string) =>
      `<arguments><argument name="s" type="string" ${attributes}/></arguments>`;
    const all = {
      'Test/T.xml': test('T', call('HActionGroup')),
      'ActionGroup/GActionGroup.xml': group('GActionGroup', declared('') + click('a')),
      'ActionGroup/HActionGroup.xml': group(
        'HActionGroup',
        declared('defaultValue="v"'),
        'extends="GActionGroup"',
      ),
    };
    expect(await refusalOf(all)).toContain('The call of HActionGroup lacks its argument s');
  });

  it('gives way to an earlier step with its key, and a later step of the test takes its place', async () => {
    const body = `${click('aCall')}${call('GActionGroup')}${click('bCall')}`;
    const { steps } = await resolve(files('', click('a') + click('b'), body));
    expect(steps.map(({ stepKey, call }) => `${stepKey}${call ? 1 : 0}`)).toEqual([
      'aCall0',
      '1',
      'bCall0',
      '1',
    ]);
  });

  it.each([
    [call('NoActionGroup'), click('a'), 'Test/T.xml:1: The action group NoActionGroup does not exist.'],
    [call('GActionGroup'), click('a'), 'Test/T.xml:1: The call of GActionGroup lacks its argument s'],
    [
      call('HActionGroup', { e: 'Boat$made.id$' }),
      click('a'),
      'The argument e of HActionGroup has created data behind other text.',
    ],
    [
      call('GActionGroup', { s: '1' }),
      call('GActionGroup', { s: '1' }),
      'ActionGroup/GActionGroup.xml:1: The action group GActionGroup calls another one',
    ],
    [
      call('GActionGroup', { s: 'x'.repeat(100_000) }),
      `<see userInput="${'{{s}}'.repeat(11)}" stepKey="a"/>`,
      'A text of this step with its arguments is too large',
    ],
  ])('is refused: %.60s of %.60s', async (calls, body, message) => {
    const other = group('HActionGroup', `<arguments>${data}</arguments>${click('a')}`);
    const all = {
      ...files('<argument name="s" type="string"/>', body, calls),
      'ActionGroup/HActionGroup.xml': other,
    };
    expect(await refusalOf(all)).toContain(message);
  });
});

describe('data', () => {
  it('is merged, and has the fields of the data that it extends', async () => {
    const { definitions } = await resolverOf({
      'Data/AData.xml':
        '<entities><entity name="Base" type="t"><data key="Name">n</data><data key="age">1</data></entity>' +
        '<entity name="Child" extends="Base"><data key="age" unique="suffix">2</data></entity></entities>',
      '+Data/AData.xml': '<entities><entity name="Base"><data key="Name">m</data></entity></entities>',
    });
    const child = definitions.entity('Child');
    expect(child?.type).toBe('t');
    expect([...(child?.fields.values() ?? [])].map(({ key, value, unique }) => [key, value, unique])).toEqual(
      [
        ['Name', 'm', undefined],
        ['age', '2', 'suffix'],
      ],
    );
    expect(definitions.entity('Nobody')).toBeUndefined();
  });

  it.each([
    ['<![CDATA[a]]>', ''],
    ['b<![CDATA[c]]>d', 'b'],
    [' <![CDATA[e]]>f', 'f'],
    ['g<!-- h -->i', 'g'],
    ['<!-- j -->k', 'k'],
    ['<?l m?>n<?o p?>q', 'n'],
    ['r&#65;s&lt;t', 'rAs<t'],
  ])('has the first text of a field: of %s', async (text, value) => {
    const { definitions } = await resolverOf({
      'Data/AData.xml': `<entities><entity name="A" type="t"><data key="a">${text}</data></entity></entities>`,
    });
    expect(definitions.entity('A')?.fields.get('a')?.value).toBe(value);
  });
});

describe('a suite', () => {
  it('has the steps of its hooks, and is not there without a file', async () => {
    const hooks = `<before>${call('GActionGroup')}</before><after>${click('z')}</after>`;
    const resolver = await resolverOf({
      'Suite/S.xml': `<suites><suite name="S">${hooks}</suite></suites>`,
      'ActionGroup/GActionGroup.xml': group('GActionGroup', click('a')),
    });
    const resolution = resolver.suite('S');
    expect('resolved' in resolution && keysOf(resolution.resolved.before?.slice(1, -1))).toBe('aCall');
    expect(resolver.suite('Nowhere')).toMatchObject({ refusal: { message: 'There is no suite Nowhere.' } });
  });
});
