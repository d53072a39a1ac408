// Finds elements by a CSS selector or by the part of XPath that MFTF's sections use.
const { descendants, textOf } = require('./dom.cjs');

class SelectorError extends Error {}

const simple =
  /([#.])([\w-]+)|\[\s*([\w-]+)\s*(?:([~^$*|]?=)\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*)?\]|:not\(([^)]*)\)|:([\w-]+)(?:\(([^)]*)\))?|([a-zA-Z][\w-]*|\*)/y;

function attributeMatches(value, operator, wanted) {
  if (value === undefined) return false;
  if (operator === undefined) return true;
  if (operator === '=') return value === wanted;
  if (operator === '~=') return value.split(/\s+/).includes(wanted);
  if (operator === '^=') return value.startsWith(wanted);
  if (operator === '$=') return value.endsWith(wanted);
  return value.includes(wanted);
}

const elementsAround = (node) => (node.parent?.children ?? []).filter((child) => child.tag);

const pseudo = {
  'first-child': (node) => elementsAround(node)[0] === node,
  'last-child': (node) => elementsAround(node).at(-1) === node,
  'nth-child': (node, number) => elementsAround(node)[Number(number) - 1] === node,
  'nth-of-type': (node, number) =>
    elementsAround(node).filter((one) => one.tag === node.tag)[Number(number) - 1] === node,
  checked: (node) => 'checked' in node.attributes,
  disabled: (node) => 'disabled' in node.attributes,
};

/** A test for one compound, such as `button.action[type=submit]`. */
function compound(source) {
  const tests = [];
  let at = 0;
  while (at < source.length) {
    simple.lastIndex = at;
    const match = simple.exec(source);
    if (!match)
      throw new SelectorError(`invalid selector: An invalid or illegal selector was specified: ${source}`);
    at = simple.lastIndex;
    const [, sign, name, attribute, operator, v1, v2, v3, negated, pseudoName, pseudoArgument, tag] = match;
    if (sign === '#') tests.push((node) => node.attributes.id === name);
    else if (sign === '.') tests.push((node) => (node.attributes.class ?? '').split(/\s+/).includes(name));
    else if (attribute) {
      tests.push((node) => attributeMatches(node.attributes[attribute], operator, v1 ?? v2 ?? v3));
    } else if (negated !== undefined) {
      const inner = compound(negated);
      tests.push((node) => !inner(node));
    } else if (pseudoName) {
      if (!pseudo[pseudoName]) throw new SelectorError(`invalid selector: ${source}`);
      tests.push((node) => pseudo[pseudoName](node, pseudoArgument));
    } else if (tag !== '*') tests.push((node) => node.tag === tag.toLowerCase());
  }
  return (node) => tests.every((test) => test(node));
}

function cssTest(source) {
  const parts = source.trim().match(/(?:\[[^\]]*\]|\([^)]*\)|[^\s>+~[(])+|[>+~]/g) ?? [];
  if (parts.length === 0) throw new SelectorError(`invalid selector: ${source}`);
  const steps = [];
  let combinator = ' ';
  for (const part of parts) {
    if ('>+~'.includes(part)) combinator = part;
    else {
      steps.push({ combinator, test: compound(part) });
      combinator = ' ';
    }
  }
  const matches = (node, index) => {
    if (!node?.tag || !steps[index].test(node)) return false;
    if (index === 0) return true;
    const siblings = elementsAround(node);
    const place = siblings.indexOf(node);
    if (steps[index].combinator === '>') return matches(node.parent, index - 1);
    if (steps[index].combinator === '+') return matches(siblings[place - 1], index - 1);
    if (steps[index].combinator === '~')
      return siblings.slice(0, place).some((one) => matches(one, index - 1));
    for (let up = node.parent; up?.tag; up = up.parent) if (matches(up, index - 1)) return true;
    return false;
  };
  return (node) => matches(node, steps.length - 1);
}

/** A condition of XPath: contains, text, attributes, not, `and`, and a position. */
function xpathCondition(source) {
  const text = source.trim();
  const both = /^(.+?)\s+and\s+(.+)$/.exec(text);
  if (both) {
    const [left, right] = [xpathCondition(both[1]), xpathCondition(both[2])];
    return (node, index, all) => left(node, index, all) && right(node, index, all);
  }
  const negated = /^not\((.*)\)$/.exec(text);
  if (negated) {
    const inner = xpathCondition(negated[1]);
    return (node, index, all) => !inner(node, index, all);
  }
  if (/^\d+$/.test(text)) return (_, index) => index === Number(text) - 1;
  if (text === 'last()') return (_, index, all) => index === all.length - 1;
  const subject = (expression) => {
    const attribute = /^@([\w-]+)$/.exec(expression)?.[1];
    return (node) => (attribute ? (node.attributes[attribute] ?? '') : textOf(node, true));
  };
  const contains = /^contains\(\s*(.+?)\s*,\s*(?:'([^']*)'|"([^"]*)")\s*\)$/.exec(text);
  if (contains) return (node) => subject(contains[1])(node).includes(contains[2] ?? contains[3]);
  const equals = /^(?:normalize-space\()?(@[\w-]+|text\(\)|\.)\)?\s*=\s*(?:'([^']*)'|"([^"]*)")$/.exec(text);
  if (equals) return (node) => subject(equals[1])(node) === (equals[2] ?? equals[3]);
  const present = /^@([\w-]+)$/.exec(text);
  if (present) return (node) => present[1] in node.attributes;
  throw new SelectorError(
    `invalid selector: Unable to locate an element with the xpath expression ${source}`,
  );
}

function findByXpath(root, source) {
  let found = [root];
  const step = /(\/\/?)(\.\.|[\w*-]+)((?:\[(?:[^[\]"']|"[^"]*"|'[^']*')*\])*)/y;
  let at = source.startsWith('.') ? 1 : 0;
  while (at < source.length) {
    step.lastIndex = at;
    const match = step.exec(source);
    if (!match)
      throw new SelectorError(
        `invalid selector: Unable to locate an element with the xpath expression ${source}`,
      );
    at = step.lastIndex;
    const [, axis, name, conditions] = match;
    const near = (node) =>
      axis === '//' ? [...descendants(node)] : node.children.filter((child) => child.tag);
    found = found.flatMap((node) => {
      let matching =
        name === '..' ? [node.parent] : near(node).filter((one) => name === '*' || one.tag === name);
      for (const [, condition] of conditions.matchAll(/\[((?:[^[\]"']|"[^"]*"|'[^']*')*)\]/g)) {
        matching = matching.filter(xpathCondition(condition));
      }
      return matching;
    });
  }
  return [...new Set(found)];
}

/**
 * All elements that match a selector, in the order of the document. Throws a SelectorError for an unsupported selector.
 */
function find(root, source) {
  const selector = source.trim();
  if (/^\(?\.?\//.test(selector)) return findByXpath(root, selector);
  const tests = selector.split(/,(?![^[(]*[\])])/).map(cssTest);
  return [...descendants(root)].filter((node) => tests.some((test) => test(node)));
}

module.exports = { find, SelectorError };
