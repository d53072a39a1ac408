import type { ClientSettings } from '../../config/load-client-settings.ts';
import { Fault } from '../../faults/fault.ts';
import { localName, readContexts } from './context-file.ts';

/** Where commands go, and why. */
export type Target =
  | {
      kind: 'server';
      url: string;
      token: string | undefined;
      /** In words, for messages: `MATRE_URL`, `the context staging`. */
      chosenBy: string;
      /** The name of the context; `undefined` for MATRE_URL. */
      context: string | undefined;
    }
  | {
      kind: 'local';
      /** Whether the user chose the data folder by `--context local`, rather than nothing. */
      chosen: boolean;
    };

/**
 * Decides where commands go: `--context` comes before MATRE_URL, MATRE_URL before the current context, and without any of them the
 * data folder is used. `flag` is the value of `--context`, `path` the file of contexts. A token is only sent to the server that it
 * belongs to: MATRE_TOKEN to that of MATRE_URL, the token of a context to its own.
 * Errors: CONFIG_INVALID, CONTEXT_UNKNOWN, and those of `readContexts`.
 */
export async function chooseTarget(
  { url, token }: ClientSettings,
  { flag, path }: { flag: string | undefined; path: string | undefined },
): Promise<Target> {
  if (flag === localName) return { kind: 'local', chosen: true };
  if (flag === undefined && url !== undefined) {
    refuseCredentials(url);
    const base = url.replace(/\/+$/, '');
    if (token !== undefined)
      return { kind: 'server', url: base, token, chosenBy: 'MATRE_URL', context: undefined };
    const { contexts } = await readContexts(path);
    const same = Object.values(contexts).find((each) => each.url === base);
    return { kind: 'server', url: base, token: same?.token, chosenBy: 'MATRE_URL', context: undefined };
  }
  const { current, contexts } = await readContexts(path);
  const name = flag ?? current;
  if (name === null) return { kind: 'local', chosen: false };
  if (!Object.hasOwn(contexts, name))
    throw new Fault('CONTEXT_UNKNOWN', `There is no context ${JSON.stringify(name)}.`);
  const context = contexts[name] as (typeof contexts)[string];
  return {
    kind: 'server',
    url: context.url,
    token: context.token,
    chosenBy: `the context ${name}`,
    context: name,
  };
}

function refuseCredentials(url: string): void {
  const { username, password } = new URL(url);
  if (username === '' && password === '') return;
  throw new Fault('CONFIG_INVALID', 'MATRE_URL contains a user or a password; set MATRE_TOKEN instead.');
}
