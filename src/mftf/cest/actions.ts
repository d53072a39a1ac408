import { keyArguments } from './php-list.ts';
import { CestRefusal } from './refusal.ts';
import { dialectOf } from './settings.ts';
import type { StepValues } from './values.ts';

/** What an action becomes: a call with arguments; `variable` when the Cest keeps its result under the step key. */
export interface ActionCall {
  method: string;
  arguments: (string | undefined)[];
  variable?: boolean;
}

type Action = (values: StepValues) => ActionCall;

/** How an argument is written: an attribute as text, as PHP itself (`=`), as a list (`[]`), or the first of several (`|`). */
type Argument = string | ((values: StepValues) => string | undefined);

function argumentOf(argument: Argument, values: StepValues): string | undefined {
  if (typeof argument === 'function') return argument(values);
  for (const choice of argument.split('|')) {
    const name = choice.replace(/^=|\[\]$/g, '');
    if (!values.has(name)) continue;
    if (choice.startsWith('=')) return values.raw(name);
    return choice.endsWith('[]') ? values.list(name) : values.quoted(name);
  }
  return undefined;
}

const selector = 'selector|selectorArray[]';
const selectorAndInput = [selector, 'userInput'];
const selectorAndInputs = [selector, 'parameterArray[]|userInput'];

/** Calls of the same name as the action, by their arguments. */
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
  clickWithLeftButton: [selector, '=x', '=y'],
  clickWithRightButton: [selector, '=x', '=y'],
  moveMouseOver: [selector, '=x', '=y'],
  scrollTo: [selector, '=x', '=y'],
  dragAndDrop: ['selector1', 'selector2', '=x', '=y'],
  rapidClick: [selector, '=count'],
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
  switchToIFrame: [selector, 'userInput'],
  dontSeeLink: ['userInput', 'url'],
  seeLink: ['userInput', 'url'],
  dontSeeCookie: ['userInput', 'parameterArray[]'],
  resetCookie: ['userInput', 'parameterArray[]'],
  seeCookie: ['userInput', 'parameterArray[]'],
  setCookie: ['userInput', 'value', 'parameterArray[]'],
  resizeWindow: ['=width', '=height'],
  conditionalClick: [selector, 'dependentSelector', '=visible'],
  executeInSelenium: ['=function'],
  performOn: [selector, '=function', waitTime],
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

/** Calls whose result the Cest keeps. */
const grabs: Record<string, readonly Argument[]> = {
  executeJS: [(values) => script(values)],
  formatCurrency: ['userInput', 'locale', 'currency'],
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

/** Assertions by what they compare: E the expected result, A the actual one. */
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
    const of = (name: string) => {
      const written = expected?.attributes[name];
      return written === undefined ? undefined : values.quote(written);
    };
    return {
      method: 'assertElementContainsAttribute',
      arguments: [of('selector'), of('attribute'), result(values, 'expectedResult')],
    };
  },
};

/** The call for a step; data, dates, comments and helpers are no calls of an action. */
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
        values.raw('delta'),
        values.quoted('message'),
      ],
    };
  }
  throw new CestRefusal(`The action "${action}" is not known.`);
}

function waitTime(values: StepValues): string {
  return values.raw('time') ?? values.settings.waitTimeout;
}

/** A cron of Magento may wait for a command and for a page. */
function cronTimeout(values: StepValues): string {
  const timeout = values.raw('timeout') ?? values.settings.commandTimeout;
  return String(Number(timeout) + Number(values.settings.waitTimeout));
}

function keys(values: StepValues): string | undefined {
  const written = values.step.attributes.parameterArray;
  return written === undefined ? undefined : keyArguments(values.resolve(written), values.php);
}

function arrayChild(values: StepValues): string | undefined {
  const array = values.child('array');
  return array === undefined ? undefined : values.listOf(array.text);
}

/** A script; its own variables are escaped, those of the test are not. */
function script(values: StepValues): string | undefined {
  const written = values.step.attributes.function;
  if (written === undefined) return undefined;
  return values.php.quote(values.resolve(written, 'function').replace(/(?<![\\{])\$(?=[A-Za-z_])/g, '\\$'));
}

/** `<expectedResult>` or `<actualResult>` by its type. */
function result(values: StepValues, tag: 'expectedResult' | 'actualResult'): string | undefined {
  const element = values.child(tag);
  if (element === undefined) return undefined;
  const { text } = element;
  switch (element.attributes.type) {
    case 'array':
      return values.listOf(text);
    case 'bool':
      return text === '' || text === '0' || text === 'false' ? 'false' : 'true';
    case 'int':
      return String(Number.parseInt(values.resolve(text), 10) || 0);
    case 'float':
      return String(Number.parseFloat(values.resolve(text)) || 0);
    case 'const':
      return values.rawText(text);
    case 'variable':
      if (/^\$\$?\w+\./.test(text)) return values.quote(text);
      return `$${text.replace(/^\{?\$/, '').replace(/\}$/, '')}`;
    default:
      return values.quote(text);
  }
}
