import { toFault } from '../errors.ts';

export interface Answered {
  status: number | undefined;
  body: string;
  /** Why there was no answer. */
  error: string | undefined;
}

/** A shop with cold caches takes its time. */
const timeoutMs = 12_000;

/** What an address answers when this process asks; redirects are answers. Never rejects. */
export async function askAddress(
  url: string,
  request: { method?: string; json?: unknown } = {},
): Promise<Answered> {
  const { method = 'GET', json } = request;
  try {
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      ...(json !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
    });
    return { status: response.status, body: (await response.text()).slice(0, 65_536), error: undefined };
  } catch (error) {
    return { status: undefined, body: '', error: whyNot(error) };
  }
}

/** `fetch failed` says nothing; its cause does. */
function whyNot(error: unknown): string {
  if ((error as Error).name === 'TimeoutError') return `timed out after ${timeoutMs / 1000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code } = cause as NodeJS.ErrnoException;
  return [code, toFault(cause).message].filter(Boolean).join(': ');
}
