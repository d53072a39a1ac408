import { createHttpClient, describeHttpError } from '../../http/http-client.ts';
import { basicAuthorization } from '../../model/address/base-url.ts';

export interface AddressResponse {
  status: number | undefined;
  body: string;
  /** Why there was no response. */
  error: string | undefined;
}

/** Enough for what checks search for in a response; a page of a shop may have megabytes. */
const maxBytes = 262_144;

/** The response of an address to this process; a redirect is a response. `credentials`: those of a base URL. Never rejects: see `error`. */
export async function requestAddress(
  url: string,
  request: {
    timeoutMs: number;
    method?: string;
    json?: unknown;
    credentials?: string | undefined;
    /** A token that is sent instead of the credentials. */
    bearer?: string;
  },
): Promise<AddressResponse> {
  const { timeoutMs, method = 'GET', json, credentials, bearer } = request;
  const client = createHttpClient();
  try {
    const { status, text } = await client.request(url, {
      method,
      timeoutMs,
      maxBytes,
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...(credentials !== undefined && { authorization: basicAuthorization(credentials) }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { status, body: text, error: undefined };
  } catch (error) {
    return { status: undefined, body: '', error: describeHttpError(error) };
  } finally {
    client.close();
  }
}
