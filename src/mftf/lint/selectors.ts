import { AttributeAction, parse, type Selector, SelectorType } from 'css-what';

export interface SelectorProblem {
  code: 'SELECTOR_INVALID' | 'SELECTOR_MISREAD';
  /** The rest of a sentence that begins with the selector. */
  message: string;
}

/** Longer selectors are not checked. */
const maxLength = 2_000;
const parameter = /\{\{\s*([\w\x80-\uffff]+)\s*\}\}/g;
/** `$step.field$`, `$$step.field$$` and `{$variable}`. */
const atRunTime = /\$\$?[\w.[\]-]+\$\$?|\{\$\w+\}/g;
/** Sections also have JavaScript for executeJS, regular expressions for grabTextFrom, and parts of XPath that tests put together. */
const isNoSelector = /\b(?:document|window)\.|^return\b|^\|.*\|\w*$|^\[.*(?:::|@)/s;
/** Pseudo-classes of jQuery that no browser has. */
const ofJquery = new Set([
  ...[
    'animated',
    'button',
    'checkbox',
    'contains',
    'eq',
    'even',
    'file',
    'first',
    'gt',
    'header',
    'hidden',
    'icontains',
  ],
  ...[
    'image',
    'input',
    'last',
    'lt',
    'odd',
    'parent',
    'password',
    'radio',
    'reset',
    'selected',
    'submit',
    'text',
  ],
  'visible',
]);
/** A comparison of a child element that has the name of an attribute of HTML. */
const comparedChild =
  /(?:\[|\(|\sand\s|\sor\s)\s*(id|class|name|type|href|value|placeholder|data-[\w-]+)\s*(?:=|,)/;

/** The names of the parameters in a selector. One that it has twice takes one argument (measured with MFTF 3.8). */
export function parametersOf(selector: string): string[] {
  return [...new Set(Array.from(selector.slice(0, maxLength).matchAll(parameter), ([, name = '']) => name))];
}

/**
 * What is wrong with a selector; `undefined` when nothing is, or when it is composed of references. `element` are the attributes of an
 * element of a section, whose selector may have parameters.
 */
export function selectorProblem(
  selector: string,
  element?: Record<string, string>,
): SelectorProblem | undefined {
  const text = selector.trim();
  if (text.length > maxLength) return undefined;
  if (text === '') return undefined;
  const parameters = parametersOf(text);
  if (element !== undefined && parameters.length > 0 && element['parameterized'] !== 'true') {
    const message = `has {{${parameters[0]}}} and lacks parameterized="true", so the braces stay in it.`;
    return { code: 'SELECTOR_MISREAD', message };
  }
  // What a reference stands for is not known.
  if (element === undefined && text.includes('{{')) return undefined;
  const plain = text.replaceAll(parameter, 'x').replaceAll(atRunTime, 'x');
  if (/\{\{|\}\}|\{\$/.test(plain) || isNoSelector.test(plain)) return undefined;
  return /^[./(]/.test(plain) && /^(?:\(*\s*)*\.{0,2}\//.test(plain)
    ? xpathProblem(plain)
    : cssProblem(plain);
}

function xpathProblem(xpath: string): SelectorProblem | undefined {
  const unbalanced = unbalancedIn(xpath);
  if (unbalanced !== undefined) return invalid(`is no valid XPath: ${unbalanced}.`);
  const outside = withoutStrings(xpath);
  const child = comparedChild.exec(outside)?.[1];
  if (child !== undefined) {
    const message = `compares a child element <${child}>. An attribute is @${child} in XPath.`;
    return { code: 'SELECTOR_MISREAD', message };
  }
  return undefined;
}

function cssProblem(css: string): SelectorProblem | undefined {
  let groups: Selector[][];
  try {
    groups = parse(css);
  } catch {
    const unbalanced = unbalancedIn(css);
    const reason = unbalanced === undefined ? '' : `: ${unbalanced}`;
    return invalid(`is neither CSS nor an XPath${reason}.`);
  }
  for (const selector of groups.flat()) {
    if (selector.type === SelectorType.Pseudo && ofJquery.has(selector.name)) {
      return invalid(`has :${selector.name}, which is of jQuery and which no browser has.`);
    }
    if (selector.type === SelectorType.Attribute && selector.action === AttributeAction.Not) {
      return invalid('has !=, which is of jQuery and which no browser has.');
    }
  }
  return undefined;
}

const invalid = (message: string): SelectorProblem => ({ code: 'SELECTOR_INVALID', message });

const pairs: Record<string, string> = { ')': '(', ']': '[' };

/** Which quote or bracket has no counterpart; `undefined` when all have. */
function unbalancedIn(text: string): string | undefined {
  const open: string[] = [];
  let quote = '';
  for (const character of text) {
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '(' || character === '[') open.push(character);
    else if (character in pairs && open.pop() !== pairs[character]) return `a ${character} is not opened`;
  }
  if (quote !== '') return `a ${quote} is not closed`;
  const last = open.pop();
  return last === undefined ? undefined : `a ${last} is not closed`;
}

function withoutStrings(text: string): string {
  return text.replaceAll(/"[^"]*"|'[^']*'/g, "''");
}
