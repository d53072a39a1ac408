// Compiles a declared test or suite to the PHP statements of its Cest.
const { randomBytes } = require('node:crypto');
const actions = require('./actions.cjs');
const { first, mergeSteps, only, ParserError } = require('./catalog.cjs');
const { createResolver, toPhp } = require('./references.cjs');

const notSteps = new Set(['annotations', 'before', 'after', 'arguments', 'include', 'exclude']);
const capital = (text) => text[0].toUpperCase() + text.slice(1);
const grabs = (name) => name.startsWith('grab');

/** Steps of an element that can extend another of its kind, or one of its blocks (`before`, `after`). */
function stepsOf(catalog, kind, element, block) {
  const holder = block ? first(element, block) : element;
  const own = (holder?.children ?? []).filter((child) => !notSteps.has(child.name));
  const { extends: parentName } = element.attributes;
  if (!parentName) return mergeSteps([], own);
  const parent = catalog[kind].get(parentName);
  if (!parent)
    throw new Error(`Parent ${kind} ${parentName} not defined for ${kind} ${element.attributes.name}.`);
  return mergeSteps(stepsOf(catalog, kind, parent, block), own);
}

/** Merges the annotations of a test with those of the tests it extends; its own groups and titles win. */
function annotationsOf(catalog, test) {
  const parent = catalog.test.get(test.attributes.extends ?? '');
  const inherited = parent ? annotationsOf(catalog, parent) : {};
  const own = {};
  for (const { name, attributes, children } of first(test, 'annotations')?.children ?? []) {
    const value = name === 'skip' ? children.map((child) => child.attributes.value) : attributes.value;
    own[name] = [...(own[name] ?? []), value].flat();
  }
  return { ...inherited, ...own };
}

function expectedAndActual(step, resolver) {
  const value = (name) => {
    const child = first(step, name);
    if (!child) return undefined;
    const text = child.text.trim();
    if (child.attributes.type === 'variable') return `$${text.replace(/^\$/, '')}`;
    if (['int', 'float', 'bool'].includes(child.attributes.type)) return text;
    return toPhp(resolver.resolve(text));
  };
  return { expected: value('expectedResult'), actual: value('actualResult') };
}

/** The statements of a list of steps. `suffix` is appended to the step keys by the enclosing action group. */
function statements(catalog, steps, waitTimeout, resolver = createResolver(catalog), suffix = '') {
  return steps.flatMap((step) => {
    const { name, attributes } = step;
    const key = `${attributes.stepKey}${suffix}`;
    if (name === 'actionGroup') {
      const group = catalog.actionGroup.get(attributes.ref);
      if (!group) throw new Error(`Action group not found: ${attributes.ref}`);
      const inner = stepsOf(catalog, 'actionGroup', group);
      const variables = new Set(inner.filter((one) => grabs(one.name)).map((one) => one.attributes.stepKey));
      const innerSuffix = `${capital(attributes.stepKey)}${suffix}`;
      const within = createResolver(catalog, resolver.scopeOf(group, step), innerSuffix, variables);
      return [
        `$I->comment("Entering Action Group [${key}] ${attributes.ref}");`,
        ...statements(catalog, inner, waitTimeout, within, innerSuffix),
        `$I->comment("Exiting Action Group [${key}] ${attributes.ref}");`,
      ];
    }
    const parameters = actions[name];
    if (!parameters) throw new ParserError('Test', `Element '${name}': This element is not expected.`);
    return statement(step, key, parameters, waitTimeout, resolver);
  });
}

/**
 * MFTF writes a number into the test for each unique field that `createData` overrides: such a test differs after each
 * generation.
 */
function createStatement(step, key) {
  const fields = only(step, 'field').map(({ attributes, text }) => {
    const number = attributes.unique && randomBytes(7).toString('hex').slice(0, 13);
    const value = text.trim();
    return [attributes.key, attributes.unique === 'suffix' ? value + number : (number ?? '') + value];
  });
  const overrides =
    fields.length > 0 ? `, ${toPhp([{ text: JSON.stringify(Object.fromEntries(fields)) }])}` : '';
  return `$I->createEntity("${key}", "${step.attributes.entity}"${overrides}); // stepKey: ${key}`;
}

function statement(step, key, parameters, waitTimeout, resolver) {
  const { name, attributes } = step;
  if (name === 'createData') return [createStatement(step, key)];
  if (name === 'deleteData') {
    return [`$I->deleteEntity("${attributes.createDataKey ?? attributes.url}"); // stepKey: ${key}`];
  }
  const compared = expectedAndActual(step, resolver);
  const values = [];
  for (const parameter of parameters) {
    const attribute = parameter.replace('?', '');
    if (compared[attribute] !== undefined) values.push(compared[attribute]);
    else if (attribute === 'time') values.push(String(Number(attributes.time ?? waitTimeout)));
    else if (attributes[attribute] !== undefined) values.push(toPhp(resolver.resolve(attributes[attribute])));
    else if (!parameter.endsWith('?')) throw new Error(`${name} "${key}" needs the attribute ${attribute}.`);
  }
  const assigned = grabs(name) ? `$${key} = ` : '';
  const lines = [`${assigned}$I->${name}(${values.join(', ')}); // stepKey: ${key}`];
  const timeout = resolver.timeoutOf(attributes.selector);
  if (timeout > 0 && !name.startsWith('wait')) {
    lines.push(`$I->waitForPageLoad(${timeout}); // stepKey: ${key}WaitForPageLoad`);
  }
  return lines;
}

/** The content of the Cest of a test. Throws when a reference cannot be resolved. */
function composeTest(catalog, name, waitTimeout) {
  const test = catalog.test.get(name);
  if (!test) throw new Error(`Test ${name} not found in xml.`);
  const annotations = annotationsOf(catalog, test);
  const block = (which) => statements(catalog, stepsOf(catalog, 'test', test, which), waitTimeout);
  return {
    name,
    module: test.module,
    files: test.files,
    annotations,
    skip: annotations.skip,
    before: block('before'),
    after: block('after'),
    body: block(undefined),
  };
}

/** The names of the tests of a suite, without excluded ones. */
function suiteTests(catalog, suite) {
  const matching = (block) =>
    (first(suite, block)?.children ?? []).flatMap((entry) => {
      const { name } = entry.attributes;
      if (entry.name === 'test') return [name];
      const all = [...catalog.test.values()];
      if (entry.name === 'module')
        return all.filter((one) => one.module === name).map((one) => one.attributes.name);
      return all
        .filter((one) => (annotationsOf(catalog, one).group ?? []).includes(name))
        .map((one) => one.attributes.name);
    });
  const excluded = new Set(matching('exclude'));
  return [...new Set(matching('include'))].filter((name) => !excluded.has(name));
}

function composeSuite(catalog, name, waitTimeout) {
  const suite = catalog.suite.get(name);
  if (!suite) throw new Error(`Suite ${name} is not defined in xml.`);
  const block = (which) => statements(catalog, first(suite, which)?.children ?? [], waitTimeout);
  return { name, before: block('before'), after: block('after'), tests: suiteTests(catalog, suite) };
}

module.exports = { composeTest, composeSuite, suiteTests };
