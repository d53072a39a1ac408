/** The path of an address without the slash at its end, such as `/matre`; empty for one without a path. */
export function basePathOf(address: string | undefined): string {
  return address === undefined ? '' : new URL(address).pathname.replace(/\/+$/, '');
}

/**
 * The URL of a request without the base path. A proxy may pass the path on or remove it, so one without it is returned unchanged.
 * The base path alone, without a slash behind it, is `/`.
 */
export function withoutBasePath(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  if (rest === '' || rest.startsWith('?')) return `/${rest}`;
  return rest.startsWith('/') ? rest : url;
}
