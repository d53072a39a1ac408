import { freeSpace } from '../../artifacts/free-space.ts';
import type { Engine } from '../../engine/engine.ts';
import { Fault, faults } from '../../faults/fault.ts';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import { type FetchResult, fetchInside } from '../container/fetch.ts';
import type { Layout } from '../container/layout.ts';
import type { EnvValue } from '../module/env-files.ts';
import { seleniumAddress } from '../module/selenium-address.ts';
import { commandAddress, commandProblem } from './command-address.ts';
import { shopVersionOf, versionAddress } from './shop-version.ts';

/** What the preflight checks. */
export interface PreflightRequest {
  engine: Engine;
  containerId: string;
  layout: Layout;
  /** The PHP program in the container. */
  php: string;
  /** The values that MFTF will read. */
  values: readonly EnvValue[];
  /** Where the files of the run are stored. */
  dataFolder: string;
  /** Whether tests need Selenium; by default they do. */
  selenium?: boolean;
}

/** A shop with cold caches is slow; the request runs while the run is planned. */
const shopSeconds = 20;
const seleniumSeconds = 5;
/** Together with command.php a shop that hangs takes as long as with Selenium and its front page. */
const versionSeconds = 5;
/** Below this not even the log of one test may fit. */
const minFreeBytes = 100 * 1024 ** 2;

/**
 * The cheap checks before each run: whether its files have room, and whether shop and Selenium answer requests from the
 * container. Their content is not checked, the tests do that. Returns a summary for the log, which also names a command.php that
 * is not served, because only some tests need it, and a front page without jQuery; and the version of the shop, see `shopVersionOf`.
 * Errors: DISK_FULL, MAGENTO_UNREACHABLE, SELENIUM_UNREACHABLE, CONTAINER_VANISHED.
 */
export async function preflight(
  request: PreflightRequest,
): Promise<{ summary: string; shopVersion: string | undefined }> {
  const { tooLittle } = await freeSpace(request.dataFolder, minFreeBytes);
  if (tooLittle !== undefined) throw new Fault('DISK_FULL', `${tooLittle}.`);
  const startedAt = performance.now();
  const baseUrl = baseUrlOf(request.values);
  const { url: shop } = splitBaseUrl(baseUrl);
  const selenium = `${seleniumAddress(request.values)}/status`;
  const command = commandAddress(baseUrl, request.values);
  const version = versionAddress(baseUrl);
  // At the same time: command.php starts the whole Magento, and a run must not wait for it after the shop. The version is an answer of
  // milliseconds, and another PHP in the container would cost more.
  const [responses, pathResponses] = await Promise.all([
    fetchInside(request, [
      ...(request.selenium === false ? [] : [{ url: selenium, seconds: seleniumSeconds }]),
      { url: baseUrl, seconds: shopSeconds },
    ]),
    fetchInside(request, [
      { url: version, seconds: versionSeconds },
      { url: command, seconds: shopSeconds },
    ]),
  ]);
  const seleniumReason = seleniumOutageReason(responses.get(selenium));
  if (seleniumReason !== undefined) {
    throw new Fault('SELENIUM_UNREACHABLE', `${selenium} ${seleniumReason}, requested from the container.`);
  }
  const shopReason = shopOutageReason(responses.get(shop));
  if (shopReason !== undefined) {
    throw new Fault('MAGENTO_UNREACHABLE', `${shop} ${shopReason}, requested from the container.`);
  }
  const answers = [selenium, shop].flatMap((url) => {
    const response = responses.get(url);
    return response ? [`${url} answers in ${response.ms} ms`] : [];
  });
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(2);
  const checked = `Checked shop and Selenium in ${seconds} s: ${answers.join(', ') || 'neither could be requested'}.`;
  const { url: commandUrl } = splitBaseUrl(command);
  const problem = commandProblem(pathResponses.get(commandUrl));
  const shopVersion = shopVersionOf({
    page: responses.get(shop)?.body,
    answer: pathResponses.get(splitBaseUrl(version).url)?.body,
  });
  const warning = `${commandUrl} ${problem}: tests that run Magento commands will be broken (docs/shop.md).`;
  const front = withoutJquery(responses.get(shop))
    ? `The page ${shop} loads no jQuery. ${faults.WAITS_RAN_OUT.meaning} ${faults.WAITS_RAN_OUT.remedy}`
    : undefined;
  const summary = [checked, problem && warning, front].filter((text) => text !== undefined).join(' ');
  return { summary, shopVersion };
}

/**
 * Why the shop cannot be tested, as a sentence; `undefined` when it answers, or when the container cannot ask. Requested after a
 * test that failed: a shop that is down fails every test, for reasons that look like its own.
 */
export async function shopOutage(request: Omit<PreflightRequest, 'dataFolder'>): Promise<string | undefined> {
  const baseUrl = baseUrlOf(request.values);
  const { url: shop } = splitBaseUrl(baseUrl);
  const responses = await fetchInside(request, [{ url: baseUrl, seconds: shopSeconds }]);
  const reason = shopOutageReason(responses.get(shop));
  return reason && `${shop} ${reason}, requested from the container after the test.`;
}

/** Longer pages are cut, so that what they load may be missing (fetch.php). */
const maxPageLength = 250_000;

/**
 * Whether a page surely loads no jQuery: it is a whole page that mentions neither jQuery nor RequireJS, by which Magento loads it. Then
 * each wait of MFTF runs out, see `findTimedOutWaits`.
 */
export function withoutJquery(answer: Pick<FetchResult, 'status' | 'body'> | undefined): boolean {
  if (answer?.status !== 200 || answer.body.length > maxPageLength) return false;
  return (
    /<\/html>\s*$/i.test(answer.body.slice(-200)) &&
    !/jquery|requirejs|require\.js|x-magento-init/i.test(answer.body)
  );
}

/** With its credentials. */
function baseUrlOf(values: readonly EnvValue[]): string {
  return values.find(({ name }) => name === 'MAGENTO_BASE_URL')?.value ?? '';
}

/**
 * Why tests could not say anything about a shop, as a text that follows its address; `undefined` when it answers. Any answer
 * counts, except that of a gateway.
 */
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

/** Why no test would get a browser, as a text that follows the address of the status; `undefined` when one would. */
export function seleniumOutageReason(answer: FetchResult | undefined): string | undefined {
  if (answer === undefined) return undefined;
  if (answer.error !== undefined)
    return isNetworkError(answer.error)
      ? `does not answer (${describeNetworkError(answer.error)})`
      : undefined;
  if (answer.status === 404)
    return 'answers 404: SELENIUM_PATH is /wd/hub for Selenium, / for a standalone chromedriver';
  if (/"nodes"\s*:\s*\[\s*\]/.test(answer.body)) return 'is a grid without nodes';
  return undefined;
}

/** Whether an error is one of the network, and not of a PHP that cannot send the request (without https, for example). */
function isNetworkError(error: string): boolean {
  return /refused|timed? ?out|getaddrinfo|resolve|unreachable|no route|reset by peer|HTTP request failed/i.test(
    error,
  );
}

/** `fopen(http://...): Failed to open stream: Connection refused` without its beginning. */
function describeNetworkError(error: string): string {
  return error
    .replace(/^.*Failed to open stream: /is, '')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 200);
}
