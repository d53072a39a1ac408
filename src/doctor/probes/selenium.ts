import { toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { seleniumAddress } from '../../mftf/module/selenium-address.ts';
import { seleniumOutageReason } from '../../mftf/run/preflight.ts';
import type { CheckContext, SeleniumInspection } from '../check-context.ts';
import { limitsOf } from '../limits.ts';
import { inspectContainers } from './containers.ts';

/**
 * The status of Selenium, requested once for all checks. Where this process cannot reach it, the containers request it, as runs do.
 * Errors: as of `CheckContext.containers`.
 */
export function inspectSelenium(context: CheckContext): Promise<SeleniumInspection> {
  context.inspections.selenium ??= inspect(context);
  return context.inspections.selenium;
}

/** Makes the next `inspectSelenium` request the status again. For use after sessions were ended. */
export function forgetSelenium(context: CheckContext): void {
  delete context.inspections.selenium;
}

async function inspect(context: CheckContext): Promise<SeleniumInspection> {
  const selenium = await (await context.containers()).selenium();
  try {
    return { kind: 'reached', selenium, status: await selenium.status() };
  } catch (error) {
    // Other checks report what is wrong with containers.
    const answers = await askFromContainers(context).catch(() => []);
    const failed = answers.find(({ failure }) => failure !== undefined);
    const used = answers.filter(({ isUsed }) => isUsed);
    if (failed) {
      const message = `${asSentence(toFault(error).message)} From a container, ${failed.url} ${failed.failure}.`;
      return { kind: 'unreachable', about: selenium.address, message };
    }
    if (used.length > 0) return { kind: 'reached-by-containers', addresses: used.map(({ url }) => url) };
    if (answers.length > 0) return { kind: 'not-used' };
    return { kind: 'unreachable', about: selenium.address, message: toFault(error).message };
  }
}

interface ContainerAnswer {
  url: string;
  isUsed: boolean;
  /** Why no test would get a browser; `undefined` when one would. */
  failure: string | undefined;
}

/** Requests each address once, from a container that would use it. A container that cannot make requests gives no answer. */
async function askFromContainers(context: CheckContext): Promise<ContainerAnswer[]> {
  const { valuesOf, fetchInside } = await context.containers();
  const running = (await inspectContainers(context)).filter(({ state }) => state === 'running');
  const { seleniumSeconds: seconds } = limitsOf(context.config);
  const containerByUrl = new Map<string, { name: string; shop: string }>();
  for (const { name, environment } of running) {
    const values = await valuesOf(environment).catch(() => []);
    if (values.length === 0) continue;
    // With its credentials, unlike the base URL of the environment.
    const shop = values.find((value) => value.name === 'MAGENTO_BASE_URL')?.value ?? environment.baseUrl;
    containerByUrl.set(`${seleniumAddress(values)}/status`, { name, shop });
  }
  const answers = await Promise.all(
    [...containerByUrl].map(async ([url, { name, shop }]): Promise<ContainerAnswer[]> => {
      const requests = [url, shop].map((each) => ({ url: each, seconds }));
      const responses = await fetchInside(name, requests).catch(() => new Map());
      if (responses.size === 0) return [];
      return [{ url, isUsed: responses.has(url), failure: seleniumOutageReason(responses.get(url)) }];
    }),
  );
  return answers.flat();
}
