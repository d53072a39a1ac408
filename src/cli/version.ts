import { createRequire } from 'node:module';

/** Of this program. The file is at the same place seen from src/cli and from dist/cli. */
export function version(): string {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  return version;
}
