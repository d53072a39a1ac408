import { readFileSync } from 'node:fs';
import type { SpecFile } from '../../engine/engine.ts';

const folder = '/opt/matre/browsers';
const names = [
  'proxy.sh',
  'proxy.php',
  'connection.php',
  'sessions.php',
  'commands.php',
  'clear.php',
] as const;

/** The paths of the scripts of the proxy in a container. */
export const proxyScripts = { shell: `${folder}/proxy.sh`, php: `${folder}/proxy.php` };

/** The proxy that keeps browsers, for the `files` of a container's specification. */
export function browserReuseFiles(): SpecFile[] {
  return names.map((name) => ({
    path: `${folder}/${name}`,
    mode: 0o755,
    content: readFileSync(new URL(`./${name}`, import.meta.url), 'utf8'),
  }));
}
