import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { z } from 'zod';
import { Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { createHttpClient, describeHttpError } from '../http/http-client.ts';
import { maxDownloadBytes } from '../model/limits.ts';
import { ContentTooLarge, decodeContents } from './download-contents.ts';
import { parseJson } from './selenium.ts';

/** The files that the browsers of a Selenium Grid download, when it was started with `--enable-managed-downloads` (4.8 and newer). */
export interface ManagedDownloads {
  /** The names of the files of a session; `undefined` when it has ended. Errors: SELENIUM_UNREACHABLE. */
  list(sessionId: string): Promise<string[] | undefined>;
  /** The content of a file. Errors: SELENIUM_UNREACHABLE, FILES_TOO_LARGE, NOT_FOUND. */
  read(sessionId: string, name: string): Promise<Buffer>;
}

const timeoutMs = 30_000;
/** An answer that stands still for so long ends. */
const idleMs = 10_000;
const maxListBytes = 1024 * 1024;
/** A file is sent as a zip archive, which is a little larger than a file that cannot be compressed. */
const maxArchiveBytes = maxDownloadBytes + 1024 * 1024;

const listAnswer = z.object({ value: z.object({ names: z.array(z.string()) }) });

/** A client for the Grid at an address such as `http://grid:4444/wd/hub`. */
export function createManagedDownloads(address: string): ManagedDownloads {
  const http = createHttpClient();
  const urlOf = (sessionId: string) => `${address}/session/${encodeURIComponent(sessionId)}/se/files`;
  const unreachable = (error: unknown) => {
    const message = `The downloads of Selenium at ${address} cannot be read: ${describeHttpError(error)}`;
    return new Fault('SELENIUM_UNREACHABLE', asSentence(message), { cause: error });
  };

  /** The zip archive with a file; `undefined` when the Grid does not have it. */
  async function readArchive(sessionId: string, name: string): Promise<Buffer | undefined> {
    const { status, chunks, close } = await http.stream(urlOf(sessionId), {
      method: 'POST',
      body: JSON.stringify({ name }),
      headers: { 'content-type': 'application/json; charset=utf-8' },
      timeoutMs,
      idleMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    try {
      return status === 200 ? await decodeContents(chunks, maxArchiveBytes) : undefined;
    } finally {
      close();
    }
  }

  return {
    async list(sessionId) {
      const { status, text } = await http
        .request(urlOf(sessionId), { timeoutMs, maxBytes: maxListBytes })
        .catch((error) => {
          throw unreachable(error);
        });
      if (status !== 200) return undefined;
      const answer = listAnswer.safeParse(parseJson(text));
      return answer.success ? answer.data.value.names : [];
    },

    async read(sessionId, name) {
      const archive = await readArchive(sessionId, name).catch((error) => {
        throw error instanceof ContentTooLarge ? tooLarge(name) : unreachable(error);
      });
      if (archive === undefined) {
        throw new Fault('NOT_FOUND', `Selenium at ${address} has no download ${JSON.stringify(name)}.`);
      }
      return unpack(name, archive);
    },
  };
}

/** The only file of a zip archive. Errors: FILES_TOO_LARGE, NOT_FOUND for an archive that cannot be read. */
async function unpack(name: string, archive: Buffer): Promise<Buffer> {
  try {
    const zip = await fromBufferPromise(archive);
    for await (const entry of zip.eachEntry()) {
      if (entry.uncompressedSize > maxDownloadBytes) throw tooLarge(name);
      return await buffer(await zip.openReadStreamPromise(entry));
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    const message = `The archive of the download ${JSON.stringify(name)} cannot be read`;
    throw new Fault('NOT_FOUND', asSentence(`${message}: ${(error as Error).message}`), { cause: error });
  }
  throw new Fault('NOT_FOUND', `The archive of the download ${JSON.stringify(name)} is empty.`);
}

function tooLarge(name: string): Fault {
  return new Fault(
    'FILES_TOO_LARGE',
    `The download ${JSON.stringify(name)} has more than ${maxDownloadBytes} bytes.`,
  );
}
