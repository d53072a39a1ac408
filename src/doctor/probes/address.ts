import { createHttpClient, describeHttpError } from '../../http/http-client.ts';

export interface AddressResponse {
  status: number | undefined;
  body: string;
  /** Why there was no response. */
  error: string | undefined;
}

/** Enough for what checks search for in a response; a page of a shop may have megabytes. */
const maxBytes = 65_536;

/** The response of an address to this process; a redirect is a response. Never rejects: see `error`. */
export async function requestAddress(
  url: string,
  request: { timeoutMs: number; method?: string; json?: unknown },
): Promise<AddressResponse> {
  const { timeoutMs, method = 'GET', json } = request;
  const client = createHttpClient();
  try {
    const { status, text } = await client.request(url, {
      method,
      timeoutMs,
      maxBytes,
      ...(json !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
    });
    return { status, body: text, error: undefined };
  } catch (error) {
    return { status: undefined, body: '', error: describeHttpError(error) };
  } finally {
    client.close();
  }
}
