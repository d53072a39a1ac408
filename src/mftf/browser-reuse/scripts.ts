import type { SpecFile } from '../../engine/engine.ts';
import { scriptFilesOf } from '../container/script-files.ts';

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
  return scriptFilesOf(
    new URL('.', import.meta.url),
    names.map((name) => `${folder}/${name}`),
  );
}
