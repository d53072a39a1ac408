/**
 * The path of this installation on a host that it shares with others, such as `/matre`; otherwise empty. The server puts it into
 * index.html (src/server/http/page.ts); the development server does not.
 */
export const basePath = readBasePath();

function readBasePath(): string {
  // Tests of modules have no document.
  const content = globalThis.document?.querySelector<HTMLMetaElement>('meta[name=base-path]')?.content ?? '';
  return content.startsWith('/') ? content : '';
}

/** The address of something that the server has: of the API, a file, or a view that a plain link opens. `path` begins with a slash. */
export const addressOf = (path: string) => basePath + path;

/** A path of the browser, possibly with a query, without the base path; `undefined` for one that is not below it. */
export function pathWithin(pathname: string): string | undefined {
  if (pathname !== '' && pathname === basePath) return '/';
  return pathname.startsWith(`${basePath}/`) ? pathname.slice(basePath.length) : undefined;
}

/** A key in the storage of the browser, which installations on the same host share. */
export const storageKeyOf = (name: string) => (basePath === '' ? name : `${basePath} ${name}`);
