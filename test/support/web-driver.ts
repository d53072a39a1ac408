/** A session of WebDriver, as a test of MFTF has one. */
export interface WebDriverSession {
  id: string;
  get(path: string): Promise<unknown>;
  post(path: string, body?: object): Promise<unknown>;
  remove(path: string): Promise<unknown>;
  open(url: string): Promise<unknown>;
  /** The result of the body of an async function in the page. */
  run(script: string): Promise<unknown>;
  devTools(command: string, parameters?: object): Promise<unknown>;
  end(): Promise<void>;
}

const chromeSwitches = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];

/** Opens a session at the address of a Selenium server, or of a proxy. Commands that fail reject with the error of WebDriver. */
export async function openWebDriver(
  address: string,
  {
    args = [],
    prefs = {},
    ...capabilities
  }: { args?: string[]; prefs?: object; [capability: string]: unknown } = {},
): Promise<WebDriverSession> {
  const command = async (method: string, path: string, body?: object) => {
    const response = await fetch(address + path, {
      method,
      headers: { 'content-type': 'application/json; charset=utf-8' },
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: { error?: string; message?: string } };
    if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value as unknown;
  };
  const options = { args: [...chromeSwitches, ...args], prefs };
  const alwaysMatch = { browserName: 'chrome', 'goog:chromeOptions': options, ...capabilities };
  const { sessionId } = (await command('POST', '/session', { capabilities: { alwaysMatch } })) as {
    sessionId: string;
  };
  const path = `/session/${sessionId}`;
  const post = (below: string, body: object = {}) => command('POST', path + below, body);
  return {
    id: sessionId,
    get: (below) => command('GET', path + below),
    post,
    remove: (below) => command('DELETE', path + below),
    open: (url) => post('/url', { url }),
    run: (script) => {
      const wrapped = `const done = arguments[0]; (async () => {${script}})().then(done, (error) => done(String(error)));`;
      return post('/execute/async', { script: wrapped, args: [] });
    },
    devTools: (cmd, params = {}) => post('/goog/cdp/execute', { cmd, params }),
    end: async () => {
      await command('DELETE', path);
    },
  };
}
