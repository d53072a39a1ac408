import type { Config } from '../config/config.ts';
import { seleniumValues } from '../mftf/module/env-files.ts';
import { createSelenium, type Selenium, type SeleniumLimits } from '../selenium/selenium.ts';
import type { Variables } from '../store/tables/variables.ts';

/**
 * Returns Selenium at the address that this process uses: that of the settings, else that of the global variables, else the
 * default. The address of a single environment applies only inside its container.
 */
export function createSeleniumLookup(
  { config, variables }: { config: Config; variables: Variables },
  limits?: SeleniumLimits,
): () => Promise<Selenium> {
  let current: Selenium | undefined;
  return async () => {
    const next = createSelenium(await readAddress(config, variables), limits);
    // Keeps what the client has cached of sessions as long as the address stays the same.
    if (current?.address !== next.address) current = next;
    return current;
  };
}

async function readAddress(config: Config, variables: Variables) {
  const globals = new Map((await variables.readAll('global')).map(({ name, value }) => [name, value]));
  const { explicit: explicitValues, defaults } = seleniumValues(config, 'sandbox');
  const values = new Map([...defaults, ...explicitValues].map(({ name, value }) => [name, value]));
  const fixed = new Set(explicitValues.map(({ name }) => name));
  const value = (name: string) => (fixed.has(name) ? undefined : globals.get(name)) ?? values.get(name) ?? '';
  return {
    protocol: value('SELENIUM_PROTOCOL'),
    host: value('SELENIUM_HOST'),
    port: Number(value('SELENIUM_PORT')),
    path: value('SELENIUM_PATH'),
  };
}
