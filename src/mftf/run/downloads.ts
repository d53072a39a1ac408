import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runPeriodically, type Service } from '../../async/interval.ts';
import type { Engine } from '../../engine/engine.ts';
import { capture } from '../../engine/read-all.ts';
import { Fault, isFault, toFault } from '../../faults/fault.ts';
import { maxDownloads } from '../../model/limits.ts';
import { downloadsFolder, runFolder } from '../../pool/specification.ts';
import { scripts } from '../container/scripts.ts';
import type { DownloadRoute } from './download-route.ts';

/** The downloads of one Codeception process. */
export interface ProcessDownloads {
  /** Its folder in the container; `undefined`: downloads do not get there. */
  folder: string | undefined;
  /** Where its files are when it has ended; those of the tests of a suite are in a folder for each. */
  kept: string | undefined;
  /** The options of Codeception that tell the browser where to. */
  options: string[];
  /** The scripts of PHP that run before Codeception. */
  prepend: string[];
  /** Brings files into the folder, until it is stopped. */
  start(): Service;
  /** Whether there may be anything in the folder `kept`. */
  hasFiles(): Promise<boolean>;
}

/** What the downloads of a process depend on. */
export interface DownloadsRequest {
  engine: Engine;
  containerId: string;
  containerName: string;
  /** The label of its browser sessions, which no other process has. */
  label: string;
  /** It executes several tests, whose files are kept apart. */
  isSuite: boolean;
  /** Called with what a reader of the log should know. */
  log(line: string): void;
}

/** How often a Grid is asked for new files: tests wait for a file for seconds. */
const pollMs = 500;

const capabilities =
  'modules: config: \\Magento\\FunctionalTestingFramework\\Module\\MagentoWebDriver: capabilities';

/** The downloads of a process on a route. */
export function createProcessDownloads(route: DownloadRoute, request: DownloadsRequest): ProcessDownloads {
  const none = { folder: undefined, kept: undefined, options: [], prepend: [] };
  if (route.kind === 'none') return { ...none, start: noService, hasFiles: async () => false };
  const { label, containerName, isSuite } = request;
  const parent = route.kind === 'folder' ? downloadsFolder : `${runFolder}/downloads`;
  const folder = `${parent}/${label}`;
  const common = {
    folder,
    kept: isSuite ? `${parent}/${keptFolder}` : folder,
    prepend: isSuite ? [scripts.downloads] : [],
  };
  const extension = isSuite ? ['--ext', 'Matre\\Downloads'] : [];
  if (route.kind === 'folder') {
    const onHost = join(route.folder, containerName);
    return {
      ...common,
      options: [...extension, ...preferences(join(route.browserFolder, containerName, label))],
      start: noService,
      // A link that a test left in its place shows at most that its target is not empty.
      hasFiles: async () =>
        (await readdir(join(onHost, isSuite ? keptFolder : label)).catch(() => [])).length > 0,
    };
  }
  let count = 0;
  return {
    ...common,
    options: [...extension, '-o', `${capabilities}: se:downloadsEnabled: true`],
    start: () =>
      fetchManaged(route, { ...request, folder }, () => {
        count += 1;
      }),
    hasFiles: async () => count > 0,
  };
}

/** Where `downloads.php` moves the files of the tests of a suite. */
const keptFolder = 'kept';

const noService = (): Service => ({ stop: async () => {} });

/**
 * The preferences of Chrome. Codeception merges them below those of the suite's configuration. Chrome makes a folder that is
 * missing.
 */
function preferences(folder: string): string[] {
  // Codeception splits at ': ' before it reads YAML.
  const quoted = JSON.stringify(folder).replaceAll(': ', ':\\u0020');
  return [
    ['download.default_directory', quoted],
    ['download.prompt_for_download', 'false'],
    // Otherwise Chrome asks before the second file of a page.
    ['profile.default_content_setting_values.automatic_downloads', '1'],
  ].flatMap(([name, value]) => ['-o', `${capabilities}: goog:chromeOptions: prefs: ${name}: ${value}`]);
}

/** Chrome and Firefox write to such names first. */
const unfinished = /\.(crdownload|part|tmp)$|^\.(com\.google\.Chrome|org\.chromium)/i;

/** Fetches the files of a Grid as its browsers finish them. A session that is new, such as that of the next test, starts anew. */
function fetchManaged(
  { selenium, files }: Extract<DownloadRoute, { kind: 'grid' }>,
  { engine, containerId, folder, label, log }: DownloadsRequest & { folder: string },
  onFile: () => void,
): Service {
  let session: string | undefined;
  const done = new Set<string>();
  let isFull = false;
  let failure: string | undefined;
  const fetchNew = async (signal: AbortSignal) => {
    if (session === undefined) {
      const { sessions } = await selenium.status();
      session = sessions.find((one) => one.label === label)?.id;
      if (session === undefined) return;
      done.clear();
      isFull = false;
    }
    const names = await files.list(session);
    if (names === undefined) session = undefined;
    for (const name of names ?? []) {
      if (signal.aborted) return;
      if (session === undefined || done.has(name) || unfinished.test(name)) continue;
      if (done.size >= maxDownloads) {
        if (!isFull) log(`Only the first ${maxDownloads} downloads of a session are kept.`);
        isFull = true;
        return;
      }
      done.add(name);
      if (!isFileName(name)) {
        log(`A download is left out because of its name: ${JSON.stringify(name)}`);
        continue;
      }
      const content = await files.read(session, name).catch((error: unknown) => {
        if (isFault(error, 'SELENIUM_UNREACHABLE')) {
          // A later round may get it.
          done.delete(name);
          throw error;
        }
        log(toFault(error).message);
        return undefined;
      });
      if (content === undefined) continue;
      await putDownload(engine, containerId, `${folder}/${name}`, content);
      onFile();
    }
  };
  return runPeriodically(async (signal) => {
    try {
      await fetchNew(signal);
      failure = undefined;
    } catch (error) {
      // Once, not twice a second.
      const { message } = toFault(error);
      if (failure !== message) log(message);
      failure = message;
    }
  }, pollMs);
}

function isFileName(name: string): boolean {
  return (
    name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name) && Buffer.byteLength(name) <= 255
  );
}

/** Puts a file into a container in one step: a test that looks for it sees nothing or all of it. Errors: DISK_FULL, CONTAINER_VANISHED. */
async function putDownload(
  engine: Engine,
  containerId: string,
  path: string,
  content: Buffer,
): Promise<void> {
  const write = 'cat >"$1" && mv -- "$1" "$2"';
  const incoming = `${runFolder}/incoming-download`;
  const { code, stderr } = await capture(engine, containerId, ['sh', '-c', write, 'sh', incoming, path], {
    input: content,
  });
  if (code === 0) return;
  const isDiskFull = stderr.includes('No space left on device');
  throw new Fault(
    isDiskFull ? 'DISK_FULL' : 'CONTAINER_UNHEALTHY',
    `A download could not be put into the container: ${stderr.trim()}`,
  );
}
