import { toFault } from '../../faults/fault.ts';
import { seleniumOutageReason, seleniumStatusUrl } from '../../mftf/run/preflight.ts';
import type { Selenium, SeleniumStatus } from '../../selenium/selenium.ts';
import type { CheckContext } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { containersOf } from './containers.ts';

/** What can be known of Selenium. */
export type SeleniumSeen =
  | { kind: 'reached'; selenium: Selenium; status: SeleniumStatus }
  /** Not by this process, which is for the containers no matter. */
  | { kind: 'reached-by-containers'; addresses: string[] }
  /** The tests of the image open no browser, those of `matre demo` for one: their preflight leaves Selenium out. */
  | { kind: 'not-used' }
  | { kind: 'away'; about: string; message: string };

/** Two checks need it. */
const seen = new WeakMap<CheckContext, Promise<SeleniumSeen>>();

/** How Selenium is, as far as it matters: where this process does not reach it, the containers are asked, as runs do. */
export function seleniumOf(checkContext: CheckContext): Promise<SeleniumSeen> {
  const looking = seen.get(checkContext) ?? look(checkContext);
  seen.set(checkContext, looking);
  return looking;
}

/** After sessions were ended. */
export function forgetSelenium(checkContext: CheckContext): void {
  seen.delete(checkContext);
}

async function look(checkContext: CheckContext): Promise<SeleniumSeen> {
  const selenium = await (await checkContext.containers()).selenium();
  try {
    return { kind: 'reached', selenium, status: await selenium.status() };
  } catch (error) {
    // What is wrong with containers is told by others.
    const asked = await inspectContainersOnce(checkContext).catch(() => []);
    const silent = asked.find(({ why }) => why !== undefined);
    const reached = asked.filter(({ isUsed }) => isUsed);
    if (silent) {
      const message = `${toFault(error).message} Asked from a container, ${silent.url} ${silent.why}.`;
      return { kind: 'away', about: selenium.address, message };
    }
    if (reached.length > 0)
      return { kind: 'reached-by-containers', addresses: reached.map(({ url }) => url) };
    if (asked.length > 0) return { kind: 'not-used' };
    return { kind: 'away', about: selenium.address, message: toFault(error).message };
  }
}

interface Asked {
  url: string;
  isUsed: boolean;
  /** Why no test would get a browser; `undefined` when one would. */
  why: string | undefined;
}

/** Each address once, from one of the containers that would use it. A container that cannot ask anything says nothing. */
async function inspectContainersOnce(checkContext: CheckContext): Promise<Asked[]> {
  const { valuesOf, fetchInside } = await checkContext.containers();
  const running = (await containersOf(checkContext)).filter(({ state }) => state === 'running');
  const { seleniumSeconds: seconds } = limitsOf(checkContext.config);
  const places = new Map<string, { name: string; shop: string }>();
  for (const { name, environment } of running) {
    const values = await valuesOf(environment).catch(() => []);
    if (values.length > 0) places.set(seleniumStatusUrl(values), { name, shop: environment.baseUrl });
  }
  const answers = await Promise.all(
    [...places].map(async ([url, { name, shop }]): Promise<Asked[]> => {
      const wanted = [url, shop].map((each) => ({ url: each, seconds }));
      const found = await fetchInside(name, wanted).catch(() => new Map());
      if (found.size === 0) return [];
      return [{ url, isUsed: found.has(url), why: seleniumOutageReason(found.get(url)) }];
    }),
  );
  return answers.flat();
}
