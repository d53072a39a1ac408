import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import { withoutEnd } from '../../model/without-end.ts';

/** Where a shop says its version, unless its module Magento_Version is disabled. With the credentials of its base URL. */
export function versionAddress(baseUrl: string): string {
  const { url, credentials } = splitBaseUrl(baseUrl);
  return joinBaseUrl({ url: `${withoutEnd(url, '/')}/magento_version`, credentials });
}

/** `Magento/2.4 (Community)` */
const version = /^Magento\/[\w.-]{1,20} \([\w ]{1,20}\)$/;
/** The addresses of static files have the time of the deployment, unless that is switched off. */
const deployment = /\/static\/version(\d{1,20})\//;

/**
 * What tells one version of a shop from another: its version, which has two numbers only, and when it was deployed. `undefined` when it
 * says neither. `page`: the page at its base URL; `answer`: that at `versionAddress`.
 */
export function shopVersionOf({
  page,
  answer,
}: {
  page: string | undefined;
  answer: string | undefined;
}): string | undefined {
  const [name] = version.exec(answer?.trim() ?? '') ?? [];
  const [, deployed] = deployment.exec(page ?? '') ?? [];
  const parts = [name, deployed !== undefined && `deployed ${deployed}`].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : undefined;
}
