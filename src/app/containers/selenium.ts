import type { Config } from '../../config/config.ts';
import { seleniumValues } from '../../mftf/module/env-files.ts';
import { createSelenium, type Selenium, type SeleniumLimits } from '../../selenium/selenium.ts';
import type { Variables } from '../../store/tables/variables.ts';

/** Selenium at the address that this process uses. */
export interface LocatedSelenium {
  selenium: Selenium;
  /** Neither a setting nor a global variable names the host: there may be no Selenium, or only containers know it. */
  isAssumed: boolean;
}

/**
 * Finds Selenium at the address of the settings, else of the global variables, else at the default one. The address of a single
 * environment applies only inside its container.
 */
export function createSeleniumLookup(
  { config, variables }: { config: Config; variables: Variables },
  limits?: SeleniumLimits,
): () => Promise<LocatedSelenium> {
  let current: Selenium | undefined;
  return async () => {
    const { isAssumed, ...address } = await readAddress(config, variables);
    const next = createSelenium(address, limits);
    // Keeps what the client has cached of sessions as long as the address stays the same.
    if (current?.address !== next.address) current = next;
    return { selenium: current, isAssumed };
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
    isAssumed: !fixed.has('SELENIUM_HOST') && !globals.has('SELENIUM_HOST'),
  };
}
