import { createHttpClient, describeHttpError } from '../../http/http-client.ts';

export interface Answered {
  status: number | undefined;
  body: string;
  /** Why there was no answer. */
  error: string | undefined;
}

/** Enough for what is looked for in an answer; a page of a shop may have megabytes. */
const maxBytes = 65_536;

/** What an address answers when this process asks; redirects are answers. Never rejects. */
export async function askAddress(
  url: string,
  request: { timeoutMs: number; method?: string; json?: unknown },
): Promise<Answered> {
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
