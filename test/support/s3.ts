import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Config } from '../../src/config/config.ts';

/**
 * How the server treats requests: `cut` ends the connection in the middle of a body, `silent` never answers, `whole` ignores ranges, and
 * `long` answers with a byte more than the range has.
 */
type S3Fault = 'busy' | 'cut' | 'silent' | 'refused' | 'whole' | 'long';

export interface TestS3 {
  /** A configuration that the server accepts. */
  config: S3Config;
  /** By their keys. */
  objects: Map<string, Buffer>;
  /** From now on, for all requests or for so many. */
  fail(fault: S3Fault | undefined, times?: number): void;
  close(): Promise<void>;
}

const accessKey = 'AKIATEST';
const secretKey = 'secret/key+of=the-tests';
/** Small, so that lists have several pages. */
const keysOfPage = 3;

/**
 * An S3 service in this process: put, get with ranges, delete and lists of one bucket, by path. It checks the signature of each request
 * (version 4, from the words of its specification) and the hash of its body.
 */
export async function startS3(bucket = 'files'): Promise<TestS3> {
  const objects = new Map<string, Buffer>();
  let fault: S3Fault | undefined;
  let left = Number.POSITIVE_INFINITY;
  const server = createServer((request, response) => {
    void answer(request, response).catch((error) => refuse(response, 500, 'InternalError', String(error)));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const current = left > 0 ? fault : undefined;
    left -= 1;
    if (current === 'silent') return;
    if (current === 'busy') return refuse(response, 503, 'SlowDown', 'Please reduce your request rate.');
    if (current === 'refused') return refuse(response, 403, 'AccessDenied', 'Access Denied');
    const wrong = signatureError(request, body);
    if (wrong !== undefined) return refuse(response, 403, 'SignatureDoesNotMatch', wrong);
    const url = new URL(request.url ?? '', 'http://s3');
    const [, requested = '', ...names] = url.pathname.split('/');
    if (requested !== bucket) return refuse(response, 404, 'NoSuchBucket', 'The bucket does not exist');
    const key = names.map(decodeURIComponent).join('/');
    const { method } = request;
    if (method === 'GET' && key === '') return void response.end(list(url.searchParams));
    if (method === 'PUT') objects.set(key, body);
    if (method === 'DELETE') objects.delete(key);
    if (method !== 'GET') return void response.writeHead(method === 'DELETE' ? 204 : 200).end();
    const object = objects.get(key);
    if (!object) return refuse(response, 404, 'NoSuchKey', 'The specified key does not exist.');
    const range = current === 'whole' ? '' : (request.headers.range ?? '');
    const [, from = '0', to] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const end = to === undefined ? undefined : Number(to) + (current === 'long' ? 2 : 1);
    const part = object.subarray(Number(from), end);
    response.writeHead(to === undefined ? 200 : 206, { 'content-length': part.length });
    if (current !== 'cut') return void response.end(part);
    response.write(part.subarray(0, part.length / 2), () => request.socket.destroy());
  }

  function list(query: URLSearchParams): string {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
    const page = keys.slice(0, keysOfPage);
    const next =
      keys.length > page.length ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    const contents = page.map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`).join('');
    return `<?xml version="1.0"?><ListBucketResult><Name>${bucket}</Name>${next}${contents}</ListBucketResult>`;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    config: {
      ...{ endpoint: `http://127.0.0.1:${port}`, region: 'eu-test-1', bucket, prefix: 'matre/' },
      ...{ accessKey, secretKey },
    },
    objects,
    fail(kind, times = Number.POSITIVE_INFINITY) {
      fault = kind;
      left = times;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const xml = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
}

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();

/** What is wrong with the signature of a request; `undefined` when it is right. */
function signatureError(request: IncomingMessage, body: Buffer): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w{64})$/.exec(
      request.headers.authorization ?? '',
    );
  if (!match) return 'The authorization header is not of version 4.';
  const [, key, day = '', region = '', names = '', signature] = match;
  if (key !== accessKey) return 'The access key is unknown.';
  const bodyHash = String(request.headers['x-amz-content-sha256']);
  if (bodyHash !== sha256(body)) return 'The hash of the body is wrong.';
  const time = String(request.headers['x-amz-date']);
  if (!time.startsWith(day)) return 'The dates differ.';
  if (!names.split(';').includes('host')) return 'The host is not signed.';
  const url = new URL(request.url ?? '', 'http://s3');
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const path = url.pathname.split('/').map((part) => encode(decodeURIComponent(part)));
  const canonical = [request.method, path.join('/'), query, headers.join(''), names, bodyHash].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const signing = hmac(hmac(hmac(hmac(`AWS4${secretKey}`, day), region), 's3'), 'aws4_request');
  return hmac(signing, text).toString('hex') === signature ? undefined : 'The signature does not match.';
}
