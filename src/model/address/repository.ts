/** The address of a git repository, apart from the credentials that people put into it. */
export interface RepositoryAddress {
  /** Without credentials. The user name of an ssh address stays: it is part of where to go, not a secret. */
  url: string;
  protocol: 'https' | 'http' | 'ssh' | 'file';
  username: string | undefined;
  password: string | undefined;
}

/**
 * Understands `https://`, `http://`, `ssh://`, `user@host:path`, `file://` and absolute paths. `undefined` for anything
 * else, git's `ext::` and options in disguise (`-x`) above all: those would run commands.
 */
export function parseRepository(text: string): RepositoryAddress | undefined {
  const plain = { username: undefined, password: undefined };
  if (/[\u0000-\u001f\u007f]/.test(text)) return undefined;
  if (/^\/[^/]/.test(text)) return { ...plain, url: text, protocol: 'file' };
  if (text.includes(' ')) return undefined;
  if (/^[A-Za-z0-9][\w.-]*@[A-Za-z0-9][\w.-]*:(?!\/\/)[\w~/.][^:]*$/.test(text)) {
    return { ...plain, url: text, protocol: 'ssh' };
  }
  const address = URL.canParse(text) ? new URL(text) : undefined;
  switch (address?.protocol) {
    case 'file:':
      if (address.hostname !== '') return undefined;
      return { ...plain, url: text, protocol: 'file' };
    case 'ssh:':
      // No password in it: ssh has no way to take one that is not a key or a terminal.
      if (address.password || /^-/.test(decode(address.username + address.hostname))) return undefined;
      return { ...plain, url: text, protocol: 'ssh' };
    case 'https:':
    case 'http:': {
      const { username, password } = address;
      address.username = '';
      address.password = '';
      return {
        url: address.href,
        protocol: address.protocol === 'https:' ? 'https' : 'http',
        username: username ? decode(username) : undefined,
        password: password ? decode(password) : undefined,
      };
    }
    default:
      return undefined;
  }
}

/** Percent signs that encode nothing are taken as they are. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
