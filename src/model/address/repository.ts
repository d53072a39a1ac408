import { percentDecode } from './percent-decode.ts';

/** The address of a git repository, with the credentials separated from it. */
export interface RepositoryAddress {
  /** Without credentials. The user name of an ssh address stays: it is part of the address, not a secret. */
  url: string;
  protocol: 'https' | 'http' | 'ssh' | 'file';
  username: string | undefined;
  password: string | undefined;
}

/**
 * Parses `https://`, `http://`, `ssh://`, `user@host:path`, `file://` and absolute paths. Returns `undefined` for anything
 * else, in particular for git's `ext::` and for addresses that look like options (`-x`): git would run commands for those.
 */
export function parseRepositoryAddress(text: string): RepositoryAddress | undefined {
  const noCredentials = { username: undefined, password: undefined };
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (/^\/[^/]/.test(text)) return { ...noCredentials, url: text, protocol: 'file' };
  if (/\s/.test(text)) return undefined;
  if (/^[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*:(?!\/\/)[\w~/.][^:]*$/.test(text)) {
    return { ...noCredentials, url: text, protocol: 'ssh' };
  }
  const address = URL.canParse(text) ? new URL(text) : undefined;
  switch (address?.protocol) {
    case 'file:':
      if (address.hostname !== '') return undefined;
      return { ...noCredentials, url: text, protocol: 'file' };
    case 'ssh:':
      // ssh takes no password from an address; it asks for one on a terminal.
      // An empty user or password stays in the address, and ssh would get it as a part of the host.
      if (/^[^/]*\/\/(?:@|[^/]*:[^/]*@)/.test(text) || !isHarmlessSsh(address)) return undefined;
      return { ...noCredentials, url: text, protocol: 'ssh' };
    case 'https:':
    case 'http:': {
      const { username, password } = address;
      if (address.hostname.startsWith('-')) return undefined;
      address.username = '';
      address.password = '';
      return {
        url: address.href,
        protocol: address.protocol === 'https:' ? 'https' : 'http',
        username: username ? percentDecode(username) : undefined,
        password: password ? percentDecode(password) : undefined,
      };
    }
    default:
      return undefined;
  }
}

/**
 * git passes user and host of an ssh address to ssh as one argument, and the path to a shell of the server: none may look like an option
 * or contain what a shell or ssh gives a meaning, percent-encoded or not.
 */
function isHarmlessSsh({ username, hostname, pathname }: URL): boolean {
  const host = percentDecode(hostname);
  const user = percentDecode(username);
  const path = percentDecode(pathname);
  return (
    /^(?:[A-Za-z0-9_][\w.-]*|\[[0-9A-Fa-f:.]+\])$/.test(host) &&
    /^(?:[A-Za-z0-9_][\w.@+-]*)?$/.test(user) &&
    /^\/(?!-)[^\s\p{Cc}]*$/u.test(path)
  );
}
