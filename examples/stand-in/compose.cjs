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

/** The annotations of a test itself: MFTF takes none of the test that it extends. */
function ownAnnotations(test) {
  const own = {};
  for (const { name, attributes, children } of first(test, 'annotations')?.children ?? []) {
    const value = name === 'skip' ? children.map((child) => child.attributes.value) : attributes.value;
    own[name] = [...(own[name] ?? []), value].flat();
  }
  return own;
}

/** The reasons of a skip; a test is skipped with the one that it extends. */
function skipReasons(catalog, test) {
  const { skip } = ownAnnotations(test);
  const parent = catalog.test.get(test.attributes.extends ?? '');
  return skip ?? (parent && skipReasons(catalog, parent) ? ['ParentTestIsSkipped'] : undefined);
}

function expectedAndActual(step, resolver) {
  const value = (name) => {
    const child = first(step, name);
    if (!child) return undefined;
    const text = child.text.trim();
    if (child.attributes.type === 'variable') return `$${text.replace(/^\{?\$/, '').replace(/\}$/, '')}`;
    if (['int', 'float', 'bool'].includes(child.attributes.type)) return text;
    return toPhp(resolver.resolve(text));
  };
  return { expected: value('expectedResult'), actual: value('actualResult') };
}

/** A call as a test or a suite makes it. */
const call = ({ place }, name, values) =>
  `${place === 'suite' ? `$this->getModuleForAction("${name}")` : '$I'}->${name}(${values.join(', ')})`;
const comment = ({ place }, text) => (place === 'suite' ? `print(${text});` : `$I->comment(${text});`);

/** The statements of a list of steps. `suffix` is appended to the step keys by the enclosing action group. */
function statements(catalog, steps, waitTimeout, resolver, suffix = '') {
  return steps.flatMap((step) => {
    const { name, attributes } = step;
    const key = `${attributes.stepKey}${suffix}`;
    if (name === 'actionGroup') {
      const group = catalog.actionGroup.get(attributes.ref);
      if (!group) throw new Error(`Action group not found: ${attributes.ref}`);
      const inner = stepsOf(catalog, 'actionGroup', group);
      const own = new Set(inner.filter((one) => grabs(one.name)).map((one) => one.attributes.stepKey));
      const innerSuffix = `${capital(attributes.stepKey)}${suffix}`;
      const scope = resolver.scopeOf(group, step);
      const { place, secrets } = resolver;
      const within = createResolver(catalog, place, { scope, suffix: innerSuffix, own, secrets });
      return [
        comment(resolver, `"Entering Action Group [${key}] ${attributes.ref}"`),
        ...statements(catalog, inner, waitTimeout, within, innerSuffix),
        comment(resolver, `"Exiting Action Group [${key}] ${attributes.ref}"`),
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
function createLines(step, key, resolver) {
  const fields = only(step, 'field').map(({ attributes, text }) => {
    const number = attributes.unique && randomBytes(7).toString('hex').slice(0, 13);
    const value = toPhp(resolver.resolve(text.trim()));
    const parts = attributes.unique === 'suffix' ? [value, `"${number}"`] : [`"${number}"`, value];
    return `$${key}Fields['${attributes.key}'] = ${number ? parts.join(' . ') : value};`;
  });
  const { entity } = step.attributes;
  const custom = fields.length > 0 ? `$${key}Fields` : '[]';
  if (resolver.place !== 'suite') {
    const list = [`"${key}"`, `"${resolver.place}"`, `"${entity}"`, '[]', custom].join(', ');
    return [...fields, `$I->createEntity(${list}); // stepKey: ${key}`];
  }
  const list = [`"${key}"`, '"suite"', `"${entity}"`, '[]', ...(fields.length > 0 ? [custom] : [])];
  const rows = list.map((argument, index) => `    ${argument}${index === list.length - 1 ? '' : ','}`);
  return [...fields, 'PersistedObjectHandler::getInstance()->createEntity(', ...rows, ');'];
}

function deleteLines({ attributes }, key, { place }) {
  if (place !== 'suite') {
    return [`$I->deleteEntity("${attributes.createDataKey}", "${place}"); // stepKey: ${key}`];
  }
  const rows = [`\t"${attributes.createDataKey}",`, '    "suite"'];
  return ['PersistedObjectHandler::getInstance()->deleteEntity(', ...rows, ');'];
}

/** Attributes that are written as they are. */
const raw = new Set(['time', 'visible']);

function statement(step, key, parameters, waitTimeout, resolver) {
  const { name, attributes } = step;
  if (name === 'createData') return createLines(step, key, resolver);
  if (name === 'deleteData') return deleteLines(step, key, resolver);
  if (name === 'comment') return [comment(resolver, toPhp(resolver.resolve(attributes.userInput)))];
  const compared = expectedAndActual(step, resolver);
  const values = [];
  for (const parameter of parameters) {
    const attribute = parameter.replace('?', '');
    if (compared[attribute] !== undefined) values.push(compared[attribute]);
    else if (attribute === 'time') values.push(attributes.time ?? waitTimeout);
    else if (raw.has(attribute) && attributes[attribute] !== undefined) values.push(attributes[attribute]);
    else if (attributes[attribute] !== undefined) values.push(toPhp(resolver.resolve(attributes[attribute])));
    else if (!parameter.endsWith('?')) throw new Error(`${name} "${key}" needs the attribute ${attribute}.`);
  }
  const assigned = grabs(name) ? `$${key} = ` : '';
  const lines = [`${assigned}${call(resolver, name, values)}; // stepKey: ${key}`];
  const timeout = resolver.timeoutOf(attributes.dependentSelector) ?? resolver.timeoutOf(attributes.selector);
  if (timeout !== undefined) {
    lines.push(`${call(resolver, 'waitForPageLoad', [timeout])}; // stepKey: ${key}WaitForPageLoad`);
  }
  return lines;
}

/** The content of the Cest of a test. Throws when a reference cannot be resolved. */
function composeTest(catalog, name, waitTimeout) {
  const test = catalog.test.get(name);
  if (!test) throw new Error(`Test ${name} not found in xml.`);
  const secrets = new Set();
  const block = (which) => {
    const resolver = createResolver(catalog, which === undefined ? 'test' : 'hook', { secrets });
    return statements(catalog, stepsOf(catalog, 'test', test, which), waitTimeout, resolver);
  };
  // In the order in which MFTF writes them.
  const [body, before, after] = [block(undefined), block('before'), block('after')];
  return {
    name,
    module: test.module,
    files: test.files,
    annotations: ownAnnotations(test),
    skip: skipReasons(catalog, test),
    hooks: hooksOf(catalog, test),
    secrets: [...secrets],
    ...{ body, before, after },
  };
}

/** The hooks that a test declares itself come first in its Cest. */
function hooksOf(catalog, test) {
  const own = ['before', 'after'].filter((hook) => first(test, hook));
  const parent = catalog.test.get(test.attributes.extends ?? '');
  return [...new Set([...own, ...(parent ? hooksOf(catalog, parent) : [])])];
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
        .filter((one) => (ownAnnotations(one).group ?? []).includes(name))
        .map((one) => one.attributes.name);
    });
  const excluded = new Set(matching('exclude'));
  return [...new Set(matching('include'))].filter((name) => !excluded.has(name));
}

function composeSuite(catalog, name, waitTimeout) {
  const suite = catalog.suite.get(name);
  if (!suite) throw new Error(`Suite ${name} is not defined in xml.`);
  const resolver = createResolver(catalog, 'suite');
  const block = (which) => statements(catalog, first(suite, which)?.children ?? [], waitTimeout, resolver);
  return { name, before: block('before'), after: block('after'), tests: suiteTests(catalog, suite) };
}

module.exports = { composeTest, composeSuite, suiteTests };
