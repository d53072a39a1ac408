import { joinBaseUrl, splitBaseUrl } from '../../model/address/base-url.ts';
import { withoutEnd } from '../../model/without-end.ts';
import type { EnvValue } from '../module/env-files.ts';
import { parseJson, type RequestShop, type SignIn, signInToShop } from './sign-in.ts';

/** The names of the enabled modules in the order of the shop, or why they are unknown, as a part of a sentence. */
export type ModulesAnswer = { names: string[] } | { failure: string; refused: boolean };

/** Magento 2.4 has 340 modules, and the largest shops about a thousand. */
const maxModules = 5_000;
/** A name is a line of a file that MFTF reads, and a part of messages. */
const moduleName = /^[\p{L}\p{N}_.-]{1,200}$/u;

/** Asks a shop for its enabled modules as MFTF does without `--force`. `values`: what MFTF reads for the environment. */
export async function askModules(request: RequestShop, values: readonly EnvValue[]): Promise<ModulesAnswer> {
  const signIn = await signInToShop(request, values);
  return askModulesWith(signIn, request, values);
}

/** As `askModules`, with a sign-in that was made before. */
export async function askModulesWith(
  signIn: SignIn,
  request: RequestShop,
  values: readonly EnvValue[],
): Promise<ModulesAnswer> {
  if (signIn.kind !== 'token') return { failure: signIn.message, refused: signIn.kind === 'refused' };
  const baseUrl = values.find(({ name }) => name === 'MAGENTO_BASE_URL')?.value ?? '';
  const { url, credentials } = splitBaseUrl(baseUrl);
  const address = joinBaseUrl({ url: `${withoutEnd(url, '/')}/rest/V1/modules`, credentials });
  const { status, body, error } = await request({ url: address, bearer: signIn.token });
  const failure = (text: string) => ({ failure: text, refused: false });
  if (error !== undefined) return failure('the shop does not respond to GET rest/V1/modules');
  if (status === 401 && credentials !== undefined) {
    return failure('the web server of the shop takes no token besides its user and password (401)');
  }
  if (status !== 200) return failure(`the shop responds to GET rest/V1/modules with ${status}`);
  const names = readModules(body);
  return typeof names === 'string' ? failure(names) : { names };
}

/** The names in an answer, or why it is no list of modules. */
export function readModules(body: string): string[] | string {
  const list = parseJson(body);
  if (!Array.isArray(list)) return 'the answer of the shop to GET rest/V1/modules is no list, or too long';
  if (list.length === 0) return 'the shop lists no module';
  if (list.length > maxModules) {
    return `the shop lists ${list.length} modules, and the limit is ${maxModules}`;
  }
  const odd = list.find((name) => typeof name !== 'string' || !moduleName.test(name));
  if (odd !== undefined) {
    return `the shop lists a module with an impossible name (${JSON.stringify(odd).slice(0, 100)})`;
  }
  return [...new Set(list as string[])];
}
