import { cacheByName } from '../resolver/name-cache.ts';
import { keyArguments } from './php-list.ts';
import { variableOf } from './php-text.ts';
import { CestRefusal } from './refusal.ts';
import { dialectOf } from './settings.ts';
import type { StepValues } from './values.ts';

/** The call that an action becomes. */
export interface ActionCall {
  method: string;
  /** Expressions of PHP; `undefined` for one that is left out. */
  arguments: (string | undefined)[];
  /** Whether the Cest keeps the result in a variable that has the name of the step key. */
  variable?: boolean;
}

type Action = (values: StepValues) => ActionCall;

/** How an argument is written: an attribute as text, as PHP itself (`=`), as a list (`[]`), or the first of several (`|`). */
type Argument = string | ((values: StepValues) => string | undefined);

function argumentOf(argument: Argument, values: StepValues): string | undefined {
  if (typeof argument === 'function') return argument(values);
  for (const { choice, name } of choicesOf(argument)) {
    if (!values.has(name)) continue;
    if (choice === '=function') return values.raw(name)?.replaceAll('"', '\\"');
    if (choice.startsWith('=')) return values.raw(name);
    return choice.endsWith('[]') ? values.list(name) : values.quoted(name);
  }
  return undefined;
}

/** The attributes that an argument may be, with how each is written. */
const choicesOf = cacheByName((argument) =>
  argument.split('|').map((choice) => ({ choice, name: choice.replace(/^=|\[\]$/g, '') })),
);

const selector = 'selector|=selectorArray';
const selectorAndInput = [selector, 'userInput'];
const selectorAndInputs = [selector, 'parameterArray[]|userInput'];

/** Actions that are calls of the same name, with their arguments. MFTF omits most of those of some others, which are left to it. */
const calls: Record<string, readonly Argument[]> = {
  acceptPopup: [],
  cancelPopup: [],
  closeAdminNotification: [],
  closeTab: [],
  dontSeeJsError: [],
  maximizeWindow: [],
  moveBack: [],
  moveForward: [],
  openNewTab: [],
  reloadPage: [],
  saveScreenshot: [],
  scrollToTopOfPage: [],
  waitForLoadingMaskToDisappear: [],
  amOnPage: ['url'],
  amOnSubdomain: ['url'],
  amOnUrl: ['url'],
  dontSeeCurrentUrlEquals: ['url'],
  dontSeeInCurrentUrl: ['url'],
  seeCurrentUrlEquals: ['url'],
  seeInCurrentUrl: ['url'],
  dontSeeCurrentUrlMatches: ['regex'],
  seeCurrentUrlMatches: ['regex'],
  checkOption: [selector],
  clearField: [selector],
  dontSeeCheckboxIsChecked: [selector],
  doubleClick: [selector],
  seeCheckboxIsChecked: [selector],
  uncheckOption: [selector],
  // MFTF ignores its time.
  waitForElementClickable: [selector],
  click: [selector, 'userInput'],
  clickWithLeftButton: [selectorOrNull, '=x', '=y'],
  clickWithRightButton: [selectorOrNull, '=x', '=y'],
  moveMouseOver: [selectorOrNull, '=x', '=y'],
  scrollTo: [selectorOrNull, '=x', '=y'],
  dragAndDrop: ['selector1', 'selector2', '=x', '=y'],
  appendField: selectorAndInput,
  attachFile: selectorAndInput,
  dontSeeInField: selectorAndInput,
  dontSeeOptionIsSelected: selectorAndInput,
  fillField: selectorAndInput,
  seeInField: selectorAndInput,
  seeOptionIsSelected: selectorAndInput,
  selectOption: selectorAndInputs,
  unselectOption: selectorAndInputs,
  seeNumberOfElements: selectorAndInputs,
  dontSee: ['userInput', selector],
  see: ['userInput', selector],
  dontSeeElement: [selector, 'parameterArray[]'],
  dontSeeElementInDOM: [selector, 'parameterArray[]'],
  seeElement: [selector, 'parameterArray[]'],
  seeElementInDOM: [selector, 'parameterArray[]'],
  dontSeeInFormFields: [selector, 'parameterArray[]'],
  seeInFormFields: [selector, 'parameterArray[]'],
  dontSeeInPageSource: ['html|userInput'],
  dontSeeInSource: ['html|userInput'],
  seeInPageSource: ['html|userInput'],
  seeInSource: ['html|userInput'],
  dontSeeInTitle: ['userInput'],
  makeScreenshot: ['userInput'],
  seeInPopup: ['userInput'],
  seeInTitle: ['userInput'],
  switchToWindow: ['userInput'],
  switchToNextTab: ['userInput'],
  switchToPreviousTab: ['userInput'],
  typeInPopup: ['userInput'],
  switchToIFrame: ['userInput', selector],
  dontSeeLink: ['userInput', 'url'],
  seeLink: ['userInput', 'url'],
  dontSeeCookie: ['userInput', 'parameterArray[]'],
  resetCookie: ['userInput', 'parameterArray[]'],
  seeCookie: ['userInput', 'parameterArray[]'],
  setCookie: ['userInput', 'value', 'parameterArray[]'],
  resizeWindow: ['=width', '=height'],
  conditionalClick: [selector, 'dependentSelector', '=visible'],
  searchAndMultiSelectOption: [selector, 'parameterArray[]', '=requiredAction'],
  selectMultipleOptions: ['filterSelector', 'optionSelector', (values) => arrayChild(values)],
  submitForm: [selector, 'parameterArray[]', 'button'],
  wait: ['=time'],
  waitForAjaxLoad: [waitTime],
  waitForPageLoad: [waitTime],
  waitForElement: [selector, waitTime],
  waitForElementNotVisible: [selector, waitTime],
  waitForElementVisible: [selector, waitTime],
  waitForPwaElementNotVisible: [selector, waitTime],
  waitForPwaElementVisible: [selector, waitTime],
  waitForElementChange: [selector, '=function', waitTime],
  waitForJS: ['function', waitTime],
  waitForText: ['userInput', waitTime, selector],
};

/** Actions whose result the Cest keeps, with their arguments. */
const grabs: Record<string, readonly Argument[]> = {
  executeJS: [(values) => script(values)],
  formatCurrency: [amount, 'locale', 'currency'],
  getOTP: ['userInput'],
  grabAttributeFrom: selectorAndInput,
  grabCookie: ['userInput', 'parameterArray[]'],
  grabCookieAttributes: ['userInput', 'parameterArray[]'],
  grabFromCurrentUrl: ['regex'],
  grabMultiple: selectorAndInput,
  grabPageSource: [],
  grabTextFrom: [selector],
  grabValueFrom: [selector],
  return: ['value'],
};

/** Actions whose calls are not built from a list of attributes. */
const special: Record<string, Action> = {
  pause: ({ settings }) => ({ method: 'pause', arguments: [dialectOf(settings.version).pauseArgument] }),
  pressKey: (values) => ({
    method: 'pressKey',
    arguments: [argumentOf(selector, values), values.quoted('userInput'), keys(values)],
  }),
  magentoCLI: (values) => ({
    method: 'magentoCLI',
    arguments: [
      values.quoted('command'),
      values.raw('timeout') ?? values.settings.commandTimeout,
      values.quoted('arguments'),
    ],
    variable: true,
  }),
  magentoCron: (values) => ({
    method: 'magentoCron',
    arguments: [values.quoted('groups') ?? '""', cronTimeout(values), values.quoted('arguments')],
    variable: true,
  }),
  assertArrayIsSorted: (values) => ({
    method: 'assertArrayIsSorted',
    arguments: [arrayChild(values), values.quoted('sortOrder')],
  }),
  assertElementContainsAttribute: (values) => {
    const expected = values.child('expectedResult');
    const attributeOf = (name: string) => {
      const source = expected?.attributes[name];
      // MFTF does not find some references here.
      if (name === 'attribute' && /\[|\{\{/.test(source ?? '')) {
        throw new CestRefusal(`The attribute "${source}" has brackets or a reference.`);
      }
      return source === undefined ? undefined : values.quote(source, name);
    };
    return {
      method: 'assertElementContainsAttribute',
      arguments: [attributeOf('selector'), attributeOf('attribute'), result(values, 'expectedResult')],
    };
  },
};

/**
 * The call for a step other than data, dates, comments and helpers, which are no calls of an action. Throws CestRefusal for an action
 * that MFTF does not have.
 */
export function actionCall(values: StepValues): ActionCall {
  const { action } = values.step;
  const make = Object.hasOwn(special, action) ? special[action] : undefined;
  if (make !== undefined) return make(values);
  const variable = Object.hasOwn(grabs, action);
  const list = variable ? grabs[action] : Object.hasOwn(calls, action) ? calls[action] : undefined;
  if (list !== undefined) {
    return { method: action, arguments: list.map((argument) => argumentOf(argument, values)), variable };
  }
  if (/^(assert|expectException|fail$)/.test(action)) {
    return {
      method: action,
      arguments: [
        result(values, 'expectedResult'),
        result(values, 'actualResult'),
        delta(values),
        values.quoted('message'),
      ],
    };
  }
  throw new CestRefusal(`The action "${action}" is not known.`);
}

/** A place on the page needs no element. */
function selectorOrNull(values: StepValues): string | undefined {
  return argumentOf(selector, values) ?? (values.has('x') ? 'null' : undefined);
}

/** MFTF writes a zero in place of what is no number. */
function delta(values: StepValues): string | undefined {
  const text = values.raw('delta');
  if (text !== undefined && !/^-?\d+(?:\.\d+)?$/.test(text)) {
    throw new CestRefusal(`The delta "${text}" is no number.`);
  }
  return text;
}

function waitTime(values: StepValues): string {
  return values.raw('time') ?? values.settings.waitTimeout;
}

/** Seconds that MFTF adds to the time of a cron, whatever MAGENTO_CLI_WAIT_TIMEOUT is (measured with 3.8, 4.7 and 6.0). */
const cronSeconds = 60;

function cronTimeout(values: StepValues): string {
  const timeout = values.raw('timeout') ?? values.settings.waitTimeout;
  if (!/^\d+$/.test(timeout)) throw new CestRefusal(`The timeout of a cron is no number: ${timeout}.`);
  return String(Number(timeout) + cronSeconds);
}

/** MFTF writes a number without quotes. */
function amount(values: StepValues): string | undefined {
  const text = values.quoted('userInput');
  const [, number] = /^"(-?[\d.]+)"$/.exec(text ?? '') ?? [];
  if (number === undefined) return text;
  if (!/^[1-9]\d*$/.test(number)) throw new CestRefusal(`The amount ${number} is no whole number.`);
  return number;
}

function keys(values: StepValues): string | undefined {
  const source = values.step.attributes.parameterArray;
  if (source !== undefined && /\$\w+\.\w*\[/.test(source)) {
    throw new CestRefusal(`Keys to be pressed have a field in brackets: ${source}.`);
  }
  return source === undefined
    ? undefined
    : keyArguments(values.resolve(source, 'parameterArray'), values.php);
}

function arrayChild(values: StepValues): string | undefined {
  const array = values.child('array');
  return array === undefined ? undefined : values.listOf(array.text);
}

/** A script; its own variables are escaped, those of the test are not. */
function script(values: StepValues): string | undefined {
  const source = values.step.attributes.function;
  if (source === undefined) return undefined;
  // MFTF escapes the dollar signs of these, too.
  if (/\\\$[A-Za-z_]|\$\w+\.\w+\[\d+\]\$|\$\w+\.[\w[\]]+\$\w/.test(source)) {
    throw new CestRefusal(
      'A script has an escaped dollar sign, an item of created data, or created data before a word.',
    );
  }
  const text = values.resolve(source, 'function');
  return variableOf(text) ?? values.php.quote(text.replace(/(?<![\\{])\$(?=[A-Za-z_])/g, '\\$'));
}

/** `<expectedResult>` or `<actualResult>` by its type. */
function result(values: StepValues, tag: 'expectedResult' | 'actualResult'): string | undefined {
  const element = values.child(tag);
  if (element === undefined) return undefined;
  const { text } = element;
  switch (element.attributes.type) {
    case 'array':
      // MFTF refuses some of these (measured with 3.8).
      if (text !== text.trim()) throw new CestRefusal(`A list has blanks around it: ${text}.`);
      return values.listOf(text);
    case 'bool':
      if (!/^(?:true|false|1|0)$/.test(text)) throw new CestRefusal(`This is no truth value: ${text}.`);
      // In action groups MFTF takes this text for true (measured with 3.8).
      if (text === 'false' && values.step.call !== undefined) {
        throw new CestRefusal('A truth value in an action group is false.');
      }
      return text === '0' || text === 'false' ? 'false' : 'true';
    case 'int':
      return String(Number.parseInt(values.resolve(text), 10) || 0);
    case 'float':
      return String(Number.parseFloat(values.resolve(text)) || 0);
    case 'const':
      return values.rawText(text);
    case 'variable':
      if (/^\$\$?\w+\.[\w[\]]+\$\$?$/.test(text)) return values.quote(text);
      if (!/^\$?\w+(?:\[\w*\])*$/.test(text)) throw new CestRefusal(`This is no variable: ${text}.`);
      return `$${text.replace('$', '')}`;
    default:
      return values.quote(text);
  }
}
