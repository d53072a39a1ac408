import { toFault } from '../../faults/fault.ts';
import { createManagedDownloads, type ManagedDownloads } from '../../selenium/managed-downloads.ts';
import type { Selenium } from '../../selenium/selenium.ts';

export interface DownloadSettings {
  mode: 'auto' | 'grid' | 'folder' | 'off';
  /** The folder that containers share with browsers, on this host; `undefined`: there is none. */
  folder: string | undefined;
  /** The same folder as browsers see it. */
  browserFolder: string | undefined;
  /** A setting names the folder, so browsers elsewhere may have it. */
  isShared: boolean;
}

/** How files that a browser downloads get to the test that made it download them. */
export type DownloadRoute =
  | { kind: 'none'; reason: string | undefined }
  /** Browsers write to this folder, of which each container sees its own part. `folder` is the same folder on this host. */
  | { kind: 'folder'; folder: string; browserFolder: string }
  /** The Selenium Grid keeps the files of each session. */
  | { kind: 'grid'; selenium: Selenium; files: ManagedDownloads };

/**
 * Chooses the route for a run; `isChrome`: its browser is Chrome, the only one whose folder matre can set. Without a route `reason` says
 * why, unless downloads are off. Never rejects.
 */
export async function chooseRoute(
  settings: DownloadSettings,
  { selenium, isChrome }: { selenium(): Promise<Selenium>; isChrome: boolean },
): Promise<DownloadRoute> {
  const { mode, folder, browserFolder = folder, isShared } = settings;
  if (mode === 'off') return { kind: 'none', reason: undefined };
  const byFolder = (): DownloadRoute => {
    if (folder === undefined || browserFolder === undefined)
      return { kind: 'none', reason: 'there is no folder' };
    if (!isChrome) return { kind: 'none', reason: 'only the folder of Chrome can be set' };
    return { kind: 'folder', folder, browserFolder };
  };
  if (mode === 'folder') return byFolder();
  let grid: { client: Selenium; kind: string; managesDownloads: boolean };
  try {
    const client = await selenium();
    grid = { client, ...(await client.status()) };
  } catch (error) {
    return { kind: 'none', reason: toFault(error).message };
  }
  const { client, kind, managesDownloads } = grid;
  if (managesDownloads) {
    return { kind: 'grid', selenium: client, files: createManagedDownloads(client.address) };
  }
  if (mode === 'auto' && (isShared || isOnThisHost(client.address))) return byFolder();
  const remedy =
    kind === 'grid'
      ? 'it was started without --enable-managed-downloads'
      : 'it is no Grid, and MATRE_DOWNLOADS_FOLDER is not set';
  return { kind: 'none', reason: `Selenium at ${client.address} cannot send them: ${remedy}` };
}

/** Whether an address means this host, also from a container. */
function isOnThisHost(address: string): boolean {
  const { hostname } = new URL(address);
  return /^(localhost|127\.[\d.]+|\[::1\]|host\.docker\.internal)$/.test(hostname);
}
