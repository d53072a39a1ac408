import { freeSpace } from '../../artifacts/free-space.ts';
import type { Engine } from '../../engine/engine.ts';
import { Fault } from '../../faults/fault.ts';
import { type FetchResult, fetchInside } from '../container/fetch.ts';
import type { Layout } from '../container/layout.ts';
import type { EnvValue } from '../module/env-files.ts';

/** What a run needs that it could not do without. */
export interface PreflightRequest {
  engine: Engine;
  containerId: string;
  layout: Layout;
  /** The PHP program in the container. */
  php: string;
  /** What MFTF will read. */
  values: readonly EnvValue[];
  /** Where the files of the run are kept. */
  dataFolder: string;
}

/** A shop with cold caches takes its time; it is asked while the run is planned. */
const shopSeconds = 20;
const seleniumSeconds = 5;
/** Below this not even the log of one test may fit. */
const minFreeBytes = 100 * 1024 ** 2;

/**
 * The cheap checks before each run: whether its files have room, and whether the shop and Selenium answer, asked in the container
 * itself. What they answer is for the tests to judge. Gives what was seen, for the log.
 * Errors: DISK_FULL, MAGENTO_UNREACHABLE, SELENIUM_UNREACHABLE, CONTAINER_VANISHED.
 */
export async function preflight(request: PreflightRequest): Promise<string> {
  const { tooLittle } = await freeSpace(request.dataFolder, minFreeBytes);
  if (tooLittle !== undefined) throw new Fault('DISK_FULL', `${tooLittle}.`);
  const startedAt = performance.now();
  const shop = request.values.find(({ name }) => name === 'MAGENTO_BASE_URL')?.value ?? '';
  const selenium = seleniumStatusUrl(request.values);
  const responses = await fetchInside(request, [
    { url: selenium, seconds: seleniumSeconds },
    { url: shop, seconds: shopSeconds },
  ]);
  const seleniumReason = seleniumOutageReason(responses.get(selenium));
  if (seleniumReason !== undefined) {
    throw new Fault('SELENIUM_UNREACHABLE', `${selenium} ${seleniumReason}, asked from the container.`);
  }
  const shopReason = shopOutageReason(responses.get(shop));
  if (shopReason !== undefined) {
    throw new Fault('MAGENTO_UNREACHABLE', `${shop} ${shopReason}, asked from the container.`);
  }
  const answers = [...responses].map(([url, { ms }]) => `${url} answers in ${ms} ms`);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(2);
  return `Looked at what the tests need in ${seconds} s: ${answers.join(', ') || 'nothing could be asked'}.`;
}

/** Where the Selenium of what MFTF reads says how it is. */
export function seleniumStatusUrl(values: readonly EnvValue[]): string {
  const value = (name: string) => values.find((each) => each.name === name)?.value ?? '';
  const path = value('SELENIUM_PATH').replace(/\/+$/, '');
  return `${value('SELENIUM_PROTOCOL')}://${value('SELENIUM_HOST')}:${value('SELENIUM_PORT')}${path}/status`;
}

/** Why tests would say nothing about a shop, in words that follow its address. An answer of any kind is one, but not of a gate. */
export function shopOutageReason(
  answer: Pick<FetchResult, 'status' | 'error'> | undefined,
): string | undefined {
  if (answer === undefined) return undefined;
  if (answer.error !== undefined)
    return isNetworkError(answer.error)
      ? `does not answer (${describeNetworkError(answer.error)})`
      : undefined;
  const { status } = answer;
  if (status === undefined || status < 502 || status > 504) return undefined;
  return `answers ${status}${status === 503 ? ' (maintenance mode, or overload)' : ' (a gateway without its shop)'}`;
}

/** Why no test would get a browser, in words that follow the address of the status. */
export function seleniumOutageReason(answer: FetchResult | undefined): string | undefined {
  if (answer === undefined) return undefined;
  if (answer.error !== undefined)
    return isNetworkError(answer.error)
      ? `does not answer (${describeNetworkError(answer.error)})`
      : undefined;
  if (answer.status === 404)
    return 'answers 404: SELENIUM_PATH is /wd/hub for Selenium, / for chromedriver alone';
  if (/"nodes"\s*:\s*\[\s*\]/.test(answer.body)) return 'is a grid without nodes';
  return undefined;
}

/** What the network says, as far as it is known; a PHP that cannot ask (no https in it, for one) says nothing of it. */
function isNetworkError(error: string): boolean {
  return /refused|timed? ?out|getaddrinfo|resolve|unreachable|no route|reset by peer|HTTP request failed/i.test(
    error,
  );
}

/** `fopen(http://...): Failed to open stream: Connection refused` without what is known already. */
function describeNetworkError(error: string): string {
  return error
    .replace(/^.*Failed to open stream: /is, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
