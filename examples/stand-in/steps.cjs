// The implementation of each step of a test on the stand-in's browser.
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { BrowserError, webDriver } = require('./browser.cjs');
const { isVisible, textOf } = require('./dom.cjs');
const { faultOfComment } = require('./faults.cjs');

const assertionType = 'PHPUnit\\Framework\\ExpectationFailedException';

/** A failed assertion: the test is failed, in Allure's terms. */
class AssertionError extends Error {
  constructor(message) {
    super(message);
    this.type = assertionType;
  }
}

function assert(condition, message) {
  if (!condition) throw new AssertionError(message);
}

const includes = (text, part) => text.toLowerCase().includes(String(part).toLowerCase());
const shortened = (text) =>
  text.length > 300 ? `${text.slice(0, 300)}\n[Content too long to display.]` : text;

/** The steps by name. `data` creates and deletes entities. */
function createSteps(browser, project, data) {
  const located = (selector) =>
    selector.startsWith('/')
      ? `{"method":"xpath","selector":"${selector}"}`
      : `{"method":"css selector","selector":"${selector}"}`;

  const waited = async (condition, selector, seconds, missing) => {
    if (await browser.waitUntil(condition, seconds)) return;
    if (browser.all(selector).length === 0) {
      const message = `no such element: Unable to locate element: ${located(selector)}`;
      throw new BrowserError(webDriver('NoSuchElementException'), message);
    }
    // Codeception gives a message for a text, and none for an element.
    const message =
      missing === undefined ? '' : `Waited for ${seconds} secs but text '${missing}' still not found`;
    throw new BrowserError(webDriver('TimeoutException'), message);
  };

  const textIn = (selector) =>
    selector === undefined
      ? browser.text()
      : browser
          .visible(selector)
          .map((node) => textOf(node))
          .join('\n');

  const seen = (text, selector) => {
    if (selector !== undefined) browser.one(selector);
    return includes(textIn(selector), text);
  };

  /** As MFTF: a page that never has an idle jQuery costs twice the seconds, and the test continues. */
  const waitIdle = async (seconds) => {
    if (!browser.isIdle()) await sleep((2 * Number(seconds) + 1) * 1000);
  };

  const waitVisible = (selector, seconds) =>
    waited(() => browser.visible(selector).length > 0, selector, seconds);

  return {
    amOnPage: async (url) => {
      await browser.open(url);
      await waitIdle(project.env.WAIT_TIMEOUT);
    },
    reloadPage: () => browser.reload(),
    moveBack: () => browser.back(),
    resetCookie: (name) => browser.clearCookie(name),
    scrollTo: (selector) => void browser.one(selector),
    click: (selector) => browser.click(selector),
    submitForm: (selector, values) => browser.submitForm(selector, values ?? {}),
    conditionalClick: async (selector, dependent, visible) => {
      if (browser.visible(dependent).length > 0 === (String(visible) === 'true'))
        await browser.click(selector);
    },
    fillField: (selector, value) => {
      const field = browser.one(selector);
      if (!isVisible(field))
        throw new BrowserError(webDriver('ElementNotInteractableException'), 'element not interactable');
      field.attributes.value = String(value);
    },
    selectOption: (selector, wanted) => {
      const options = browser.one(selector).children.filter((child) => child.tag === 'option');
      const chosen = options.find((one) => one.attributes.value === wanted || textOf(one) === wanted);
      if (!chosen)
        throw new BrowserError(
          webDriver('NoSuchElementException'),
          `Cannot locate option with value: ${wanted}`,
        );
      for (const option of options) delete option.attributes.selected;
      chosen.attributes.selected = '';
    },
    attachFile: (selector, name) => {
      const field = browser.one(selector);
      const file = path.join(project.dataFolder, name);
      if (!fs.existsSync(file)) {
        throw new BrowserError('InvalidArgumentException', `File does not exist: ${file}`);
      }
      field.file = fs.realpathSync(file);
    },
    checkOption: (selector) => {
      browser.one(selector).attributes.checked = '';
    },
    uncheckOption: (selector) => {
      delete browser.one(selector).attributes.checked;
    },

    see: (text, selector) =>
      assert(
        seen(text, selector),
        `Failed asserting that on page ${browser.path()}\n--> ${shortened(textIn(selector))}\n--> contains "${text}".`,
      ),
    dontSee: (text, selector) =>
      assert(
        !(selector !== undefined && browser.visible(selector).length === 0) &&
          !includes(textIn(selector), text),
        `Failed asserting that on page ${browser.path()}\n--> ${shortened(textIn(selector))}\n--> does not contain "${text}".`,
      ),
    seeElement: (selector) =>
      assert(browser.visible(selector).length > 0, 'Failed asserting that an array is not empty.'),
    dontSeeElement: (selector) =>
      assert(browser.visible(selector).length === 0, 'Failed asserting that an array is empty.'),
    seeNumberOfElements: (selector, expected) => {
      const number = browser.visible(selector).length;
      assert(
        number === Number(expected),
        `Number of elements counted differs from expected number\nFailed asserting that ${number} matches expected ${expected}.`,
      );
    },
    seeInCurrentUrl: (part) =>
      assert(browser.path().includes(part), `Failed asserting that '${browser.path()}' contains "${part}".`),
    dontSeeInCurrentUrl: (part) =>
      assert(
        !browser.path().includes(part),
        `Failed asserting that '${browser.path()}' does not contain "${part}".`,
      ),
    seeInField: (selector, value) => {
      const actual = browser.fieldValue(browser.one(selector));
      assert(actual === String(value), `Failed asserting that an array contains '${value}'.`);
    },
    seeInTitle: (part) => {
      const title = browser
        .all('title')
        .map((node) => textOf(node, true))
        .join('');
      assert(
        includes(title, part),
        `page title contains ${part}\nFailed asserting that '${title}' contains "${part}".`,
      );
    },
    seeLink: (text) => {
      const links = browser.visible('a').filter((node) => includes(textOf(node), text));
      assert(links.length > 0, `No links containing text '${text}' were found in page ${browser.path()}`);
    },

    grabTextFrom: (selector) => textOf(browser.one(selector)),
    grabValueFrom: (selector) => browser.fieldValue(browser.one(selector)),
    grabAttributeFrom: (selector, name) => browser.one(selector).attributes[name] ?? '',
    grabFromCurrentUrl: (pattern) => {
      if (pattern === undefined) return browser.path();
      const [, found] = new RegExp(pattern.replace(/^([~/#])(.*)\1$/, '$2')).exec(browser.path()) ?? [];
      assert(found !== undefined, `Couldn't match ${pattern} in ${browser.path()}`);
      return found;
    },
    assertEquals: (expected, actual) =>
      assert(
        String(expected) === String(actual),
        `Failed asserting that two strings are equal.\n- Expected | + Actual\n-'${expected}'\n+'${actual}'`,
      ),
    assertNotEquals: (expected, actual) =>
      assert(
        String(expected) !== String(actual),
        `Failed asserting that '${actual}' is not equal to '${expected}'.`,
      ),
    assertNotEmpty: (actual) => assert(String(actual) !== '', 'Failed asserting that a string is not empty.'),
    assertStringContainsString: (part, actual) =>
      assert(String(actual).includes(part), `Failed asserting that '${actual}' contains "${part}".`),

    wait: (seconds) => sleep(seconds * 1000),
    waitForPageLoad: waitIdle,
    waitForAjaxLoad: waitIdle,
    waitForElement: (selector, seconds) => waited(() => browser.all(selector).length > 0, selector, seconds),
    waitForElementVisible: waitVisible,
    waitForElementClickable: (selector) => waitVisible(selector, Number(project.env.WAIT_TIMEOUT)),
    waitForElementNotVisible: (selector, seconds) =>
      waited(() => browser.visible(selector).length === 0, selector, seconds),
    waitForText: (text, seconds, selector) =>
      waited(() => includes(textIn(selector), text), selector ?? 'body', seconds, text),

    createEntity: (key, _scope, entity, _required, fields) => data.create(key, entity, fields),
    deleteEntity: (key) => data.remove(key),
    makeScreenshot: () => undefined,
    comment: async (text) => void (await faultOfComment(project, text)),
  };
}

module.exports = { assertionType, createSteps };
