// A session of a real browser, for tests that involve Selenium: with `STAND_IN_BROWSER` set, each test opens one at
// `SELENIUM_*`, as MFTF does, and ends it with the test. The steps use it for downloads alone.
const { BrowserError, webDriver } = require('./browser.cjs');

const webDriverModule = '\\Magento\\FunctionalTestingFramework\\Module\\MagentoWebDriver';
const chromeArguments = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** The browser configuration: that of the suite, with the overrides of `-o`. */
function capabilitiesOf(config) {
  const given = config.modules?.config?.[webDriverModule]?.capabilities ?? {};
  const { args = '[]', prefs = {} } = given['goog:chromeOptions'] ?? {};
  const managed = given['se:downloadsEnabled'] === 'true';
  return {
    browserName: 'chrome',
    ...given,
    ...(managed && { 'se:downloadsEnabled': true }),
    'goog:chromeOptions': {
      args: [...chromeArguments, ...JSON.parse(args)],
      prefs: Object.fromEntries(Object.entries(prefs).map(([name, value]) => [name, JSON.parse(value)])),
    },
  };
}

/** Opens a session when tests use a browser; returns a function that ends it. */
async function openSession({ env, capabilities }) {
  if (!env.STAND_IN_BROWSER) return { end: async () => undefined };
  const { SELENIUM_PROTOCOL: protocol = 'http', SELENIUM_HOST: host, SELENIUM_PORT: port } = env;
  const address = `${protocol}://${host}:${port}${(env.SELENIUM_PATH ?? '/wd/hub').replace(/\/+$/, '')}`;
  let answer;
  try {
    const response = await fetch(`${address}/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ capabilities: { firstMatch: [capabilities] } }),
    });
    answer = await response.json();
  } catch {
    const remedy = 'Make sure that ChromeDriver, GeckoDriver or Selenium Server is running.';
    throw new BrowserError(
      'Codeception\\Exception\\ConnectionException',
      `Can't connect to WebDriver at ${address}. ${remedy}`,
    );
  }
  const { sessionId, message } = answer.value;
  if (!sessionId) throw new BrowserError(webDriver('SessionNotCreatedException'), message);
  const open = (url) =>
    fetch(`${address}/session/${sessionId}/url`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ url }),
    });
  return {
    open,
    end: () => fetch(`${address}/session/${sessionId}`, { method: 'DELETE' }).catch(() => undefined),
  };
}

module.exports = { capabilitiesOf, openSession };
