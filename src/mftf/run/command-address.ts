import { withoutEnd } from '../../model/without-end.ts';
import type { FetchResult } from '../container/fetch.ts';
import type { EnvValue } from '../module/env-files.ts';

/** MFTF's own default (read in its _bootstrap.php). */
const defaultPath = 'dev/tests/acceptance/utils/command.php';

/**
 * The address to which MFTF sends Magento commands, with the credentials of the base URL: command.php below it, without `index.php`
 * (read in MagentoWebDriver, 3.8 to 6.0). `baseUrl` may have credentials.
 */
export function commandAddress(baseUrl: string, values: readonly EnvValue[]): string {
  const path = values.find(({ name }) => name === 'MAGENTO_CLI_COMMAND_PATH')?.value || defaultPath;
  const base = withoutEnd(withoutEnd(baseUrl, '/').replace('index.php', ''), '/');
  return `${base}/${path.replace(/^\/+/, '')}`;
}

/**
 * Why Magento commands cannot be sent to a shop, as a text that follows the address of command.php; `undefined` when it answers, or
 * when nothing does: that is another fault. Without parameters it answers 412.
 */
export function commandProblem(answer: Pick<FetchResult, 'status' | 'body'> | undefined): string | undefined {
  if (answer?.status === undefined) return undefined;
  if ([403, 404, 405, 410].includes(answer.status)) return `answers ${answer.status}`;
  return answer.body.trimStart().startsWith('<?php') ? 'is sent as text, not executed' : undefined;
}
