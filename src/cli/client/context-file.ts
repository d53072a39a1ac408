import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { Fault, toFault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { isMissingFile } from '../../files/missing-file.ts';

/** The name by which a command chooses the data folder instead of a context. */
export const localName = 'local';

/** Room for some hundred servers. */
const maxBytes = 256 * 1024;
/** Access for all but the owner. */
const othersMask = 0o077;

const serverContext = z.strictObject({
  /** The address of the server, without a slash at the end. */
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().min(1).max(1000).optional(),
  /** The id of a token that `matre login` created, by which `matre logout` revokes it. */
  tokenId: z.int().optional(),
  /** The user of the token, for display. */
  user: z.string().max(300).optional(),
});
/** A server that commands can use by name. */
export type ServerContext = z.output<typeof serverContext>;

const contextFile = z.strictObject({
  current: z.string().nullable(),
  contexts: z.record(z.string(), serverContext),
});
export type ContextFile = z.output<typeof contextFile>;

/** Whether a text can be the name of a context. */
export function isContextName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/.test(name) && name !== localName;
}

/** The form in which the address of a server is stored. Errors: INPUT_INVALID, also for an address with a user or a password. */
export function parseServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new Fault(
      'INPUT_INVALID',
      'The address of a server must begin with http:// or https://, without a query.',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new Fault('INPUT_INVALID', 'The address of a server must not contain a user or a password.');
  }
  return url.href.replace(/\/+$/, '');
}

/**
 * The path of the file of contexts, in the user's folder of settings (XDG Base Directory Specification); `undefined` when neither
 * XDG_CONFIG_HOME nor HOME is set.
 */
export function contextFilePath(env: NodeJS.ProcessEnv): string | undefined {
  const { XDG_CONFIG_HOME: folder, HOME: home } = env;
  // The specification ignores relative paths.
  if (folder?.startsWith('/')) return join(folder, 'matre/contexts.json');
  return home?.startsWith('/') ? join(home, '.config/matre/contexts.json') : undefined;
}

/**
 * Reads the contexts; without a file there are none. Errors: CONTEXT_FILE_OPEN when others have access to it, CONTEXT_FILE_INVALID
 * when it is no file of contexts.
 */
export async function readContexts(path: string | undefined): Promise<ContextFile> {
  if (path === undefined) return { current: null, contexts: {} };
  let text: string;
  try {
    const file = await open(path);
    try {
      const { mode, uid, size } = await file.stat();
      const self = process.getuid?.();
      if ((mode & othersMask) !== 0 || (self !== undefined && uid !== self)) {
        throw new Fault('CONTEXT_FILE_OPEN', `${path} is not closed to other users of this machine.`);
      }
      if (size > maxBytes) throw new Error(`it has ${size} bytes, and the limit is ${maxBytes}`);
      text = await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isMissingFile(error)) return { current: null, contexts: {} };
    if (error instanceof Fault) throw error;
    throw invalid(path, toFault(error).message, error);
  }
  try {
    return contextFile.parse(JSON.parse(text));
  } catch (error) {
    // The message of a parser may show a part of the file, and so of a token.
    throw invalid(path, 'it is not a file of contexts', error instanceof z.ZodError ? error : undefined);
  }
}

/** Writes the contexts, for their user alone. Errors: CONFIG_INVALID without a folder, CONTEXT_FILE_INVALID when it cannot be written. */
export async function writeContexts(path: string | undefined, file: ContextFile): Promise<void> {
  if (path === undefined) {
    throw new Fault('CONFIG_INVALID', 'There is no folder for contexts. Set HOME or XDG_CONFIG_HOME.');
  }
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileAtomically(path, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw invalid(path, toFault(error).message, error);
  }
}

function invalid(path: string, reason: string, cause: unknown): Fault {
  return new Fault('CONTEXT_FILE_INVALID', asSentence(`${path} cannot be used: ${reason}`), { cause });
}
