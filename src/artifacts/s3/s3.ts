import { createHash } from 'node:crypto';
import type { AwsV4Signer } from 'aws4fetch';
import { retry } from '../../async/retry.ts';
import type { S3Config } from '../../config/config.ts';
import { Fault, isFault } from '../../faults/fault.ts';
import { createHttpClient, describeHttpError, type HttpClient } from '../../http/http-client.ts';
import type { ObjectStore } from '../object-store.ts';
import { parseError, parseList } from './xml.ts';

interface S3Request {
  method: 'GET' | 'PUT' | 'DELETE';
  key?: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
}

interface S3Response {
  status: number;
  body: Buffer;
}

/** Until the headers of a response, and the longest pause in its body. Uploads of 8 MB take seconds. */
const defaultTimeoutMs = 30_000;
/** Objects have 8 MB at most, and a list of 1,000 keys less than 2 MB. */
const maxBodyBytes = 16 * 1024 * 1024;
/** Services that are busy answer 503 (SlowDown) for a moment. */
const maxTries = 3;
const defaultRetryMs = 200;
/** Removed at a time: each is a request of its own, because a request for many needs MD5, which some services lack. */
const maxAtOnce = 8;

/** Objects in a bucket of an S3-compatible service. Keys are signed by version 4, and bodies by their SHA-256. */
export function createS3Store(
  config: S3Config,
  options: { http?: HttpClient; timeoutMs?: number; retryMs?: number } = {},
): ObjectStore {
  const { http = createHttpClient(), timeoutMs = defaultTimeoutMs, retryMs = defaultRetryMs } = options;
  const { endpoint, bucket, prefix } = config;
  const host = new URL(endpoint).host;
  // Loaded on demand: most installations have no S3.
  let signer: Promise<typeof AwsV4Signer> | undefined;

  async function sendOnce({ method, key, query, headers = {}, body }: S3Request): Promise<S3Response> {
    const path = key === undefined ? '' : `/${pathOf(prefix + key)}`;
    const url = new URL(`${endpoint}/${bucket}${path}`);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    signer ??= import('aws4fetch').then((module) => module.AwsV4Signer);
    const Signer = await signer;
    const signed = await new Signer({
      ...{ method, url: url.href, service: 's3', region: config.region },
      ...{ accessKeyId: config.accessKey, secretAccessKey: config.secretKey },
      headers: {
        ...headers,
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
    }).sign();
    const response = await http.stream(signed.url.href, {
      method,
      headers: Object.fromEntries(signed.headers),
      ...(body && { body }),
      ...{ timeoutMs, idleMs: timeoutMs, signal: new AbortController().signal },
    });
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.chunks) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBodyBytes) {
        response.close();
        throw new Error(`its answer has more than ${maxBodyBytes} bytes`);
      }
    }
    return { status: response.status, body: Buffer.concat(chunks) };
  }

  /** Errors: S3_UNREACHABLE, S3_REFUSED; NOT_FOUND for a key that is not there. */
  async function sendChecked(request: S3Request): Promise<S3Response> {
    let response: S3Response;
    try {
      response = await sendOnce(request);
    } catch (error) {
      if (error instanceof Fault) throw error;
      const reason = describeHttpError(error);
      throw new Fault('S3_UNREACHABLE', `${host} did not answer: ${reason}.`, { cause: error });
    }
    const { status, body } = response;
    if (status < 300) return response;
    const { code, message } = parseError(body.toString('utf8'));
    const answer = `${host} answered ${[status, code, message].filter(Boolean).join(', ')}`;
    const text = /[.!?]$/.test(answer) ? answer : `${answer}.`;
    if (status >= 500 || status === 429 || code === 'SlowDown') throw new Fault('S3_UNREACHABLE', text);
    if (code === 'NoSuchKey') throw new Fault('NOT_FOUND', text);
    throw new Fault('S3_REFUSED', text);
  }

  function send(request: S3Request): Promise<S3Response> {
    let tries = 0;
    return retry(() => sendChecked(request), {
      // A key is written once and with one content, so all of these requests can be repeated.
      shouldRetry: (error) => isFault(error, 'S3_UNREACHABLE') && ++tries < maxTries,
      delayMs: (failures) => retryMs * 5 ** (failures - 1),
    });
  }

  return {
    async put(key, bytes) {
      await send({ method: 'PUT', key, body: bytes });
    },

    async get(key, from, length) {
      if (length === 0) return Buffer.alloc(0);
      const range = `bytes=${from}-${from + length - 1}`;
      const { status, body } = await send({ method: 'GET', key, headers: { range } });
      // A service that ignores ranges answers with the whole object.
      const bytes = status === 200 ? body.subarray(from, from + length) : body;
      if (bytes.length === length) return bytes;
      throw new Fault(
        'S3_UNREACHABLE',
        `${host} sent ${bytes.length} instead of ${length} bytes of ${prefix}${key}.`,
      );
    },

    async remove(keys) {
      for (let index = 0; index < keys.length; index += maxAtOnce) {
        await Promise.all(
          keys.slice(index, index + maxAtOnce).map(async (key) => {
            await send({ method: 'DELETE', key }).catch((error) => {
              if (!isFault(error, 'NOT_FOUND')) throw error;
            });
          }),
        );
      }
    },

    async list(start, from) {
      const query = {
        'list-type': '2',
        prefix: prefix + start,
        ...(from && { 'continuation-token': from }),
      };
      const { body } = await send({ method: 'GET', query });
      const { keys, next } = parseList(body.toString('utf8'));
      // Others may write to the bucket, too: what has no address of its own is not ours, and stays.
      const own = keys.filter((key) => key.startsWith(query.prefix) && !hasDots(key));
      return { keys: own.map((key) => key.slice(prefix.length)), next };
    },
  };
}

/** An address resolves these segments, encoded or not: `runs/../x` would be another object, or one of another bucket. */
const hasDots = (key: string) => /(?:^|\/)\.{1,2}(?:\/|$)/.test(key);

/** The path of an object below its bucket. Errors: S3_REFUSED. */
function pathOf(key: string): string {
  if (hasDots(key)) throw new Fault('S3_REFUSED', `${JSON.stringify(key)} cannot be the key of an object.`);
  return key.split('/').map(encodeURIComponent).join('/');
}
