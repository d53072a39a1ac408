import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import { z } from 'zod';
import { Fault } from '../faults/fault.ts';
import { asSentence } from '../faults/sentence.ts';
import { createHttpClient, describeHttpError } from '../http/http-client.ts';
import { maxDownloadBytes } from '../model/limits.ts';
import { parseJson } from './selenium.ts';

/** The files that the browsers of a Selenium Grid download, when it was started with `--enable-managed-downloads` (4.8 and newer). */
export interface ManagedDownloads {
  /** The names of the files of a session; `undefined` when it has ended. Errors: SELENIUM_UNREACHABLE. */
  list(sessionId: string): Promise<string[] | undefined>;
  /** The content of a file. Errors: SELENIUM_UNREACHABLE, FILES_TOO_LARGE, NOT_FOUND. */
  read(sessionId: string, name: string): Promise<Buffer>;
}

const timeoutMs = 30_000;
const maxListBytes = 1024 * 1024;
/** A file is sent as a zip archive in base64, in JSON. */
const maxAnswerBytes = Math.ceil(maxDownloadBytes * 1.4) + 1024 * 1024;

const listAnswer = z.object({ value: z.object({ names: z.array(z.string()) }) });
const fileAnswer = z.object({ value: z.object({ contents: z.string() }) });

/** A client for the Grid at an address such as `http://grid:4444/wd/hub`. */
export function createManagedDownloads(address: string): ManagedDownloads {
  const http = createHttpClient();
  const ask = async (sessionId: string, maxBytes: number, body?: unknown) => {
    const url = `${address}/session/${encodeURIComponent(sessionId)}/se/files`;
    try {
      return await http.request(url, {
        timeoutMs,
        maxBytes,
        ...(body !== undefined && {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json; charset=utf-8' },
        }),
      });
    } catch (error) {
      const message = `The downloads of Selenium at ${address} cannot be read: ${describeHttpError(error)}`;
      throw new Fault('SELENIUM_UNREACHABLE', asSentence(message), { cause: error });
    }
  };
  return {
    async list(sessionId) {
      const { status, text } = await ask(sessionId, maxListBytes);
      if (status !== 200) return undefined;
      const answer = listAnswer.safeParse(parseJson(text));
      return answer.success ? answer.data.value.names : [];
    },

    async read(sessionId, name) {
      const { status, text, truncated } = await ask(sessionId, maxAnswerBytes, { name });
      if (truncated) throw tooLarge(name);
      const answer = fileAnswer.safeParse(parseJson(text));
      if (status !== 200 || !answer.success) {
        throw new Fault('NOT_FOUND', `Selenium at ${address} has no download ${JSON.stringify(name)}.`);
      }
      return unpack(name, Buffer.from(answer.data.value.contents, 'base64'));
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
