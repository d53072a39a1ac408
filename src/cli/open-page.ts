import { spawn } from 'node:child_process';

/** What opens an address in the browser of the desktop; `undefined` without a display. */
function openerOf(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (platform === 'darwin') return 'open';
  return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? 'xdg-open' : undefined;
}

/** `xdg-open` ends at once, unless it runs a browser in the terminal. */
const patienceMs = 3_000;

/**
 * Opens an address in the browser of the desktop, without a shell. False when there is no display or no program that could open it: the
 * caller prints the address.
 */
export async function openPage(
  address: string,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const opener = openerOf(env, platform);
  if (opener === undefined) return false;
  return new Promise((resolve) => {
    const child = spawn(opener, [address], { env, stdio: 'ignore', detached: true });
    // Still running: it is the browser.
    const timer = setTimeout(() => settle(true), patienceMs);
    const settle = (isOpen: boolean) => {
      clearTimeout(timer);
      child.unref();
      resolve(isOpen);
    };
    child.on('error', () => settle(false));
    child.on('exit', (code) => settle(code === 0));
  });
}
