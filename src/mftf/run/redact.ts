import { Transform } from 'node:stream';

/** Replaces a secret in a log or an artifact. */
export const maskText = '[hidden]';

/**
 * Shorter values are not hidden: replacing every "1" or "qa" would destroy the log and, by the gaps, reveal more. Documented in
 * docs/configuration.md.
 */
const minLength = 4;

/** Hides secrets in text and streams of text. */
export interface Redactor {
  text(text: string): string;
  /** Passes on UTF-8 bytes with secrets hidden, also those that are split over chunks. */
  stream(): Transform;
}

/** The forms in which a value appears in logs, JSON, HTML, addresses and basic authentication. */
function formsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const html = secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
  const numericQuote = html.replaceAll("'", '&#039;');
  const php = json.replaceAll('/', '\\/');
  return [
    secret,
    json,
    php,
    html,
    numericQuote,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replaceAll('%20', '+'),
  ];
}

/** Hides these secrets, except those of fewer than 4 characters. */
export function createRedactor(secrets: string[]): Redactor {
  const forms = [...new Set(secrets.filter((secret) => secret.length >= minLength).flatMap(formsOf))];
  // Longest first: a secret that contains another is hidden whole.
  forms.sort((a, b) => b.length - a.length);
  const maxLength = forms[0]?.length ?? 0;
  const pattern =
    forms.length > 0
      ? new RegExp(forms.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
      : undefined;
  const text = (input: string) => (pattern ? input.replace(pattern, maskText) : input);

  const stream = () => {
    const decoder = new TextDecoder();
    let pending = '';
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        pending += decoder.decode(chunk, { stream: true });
        // A possible beginning of a secret waits for the next chunk. A secret that begins before the cut and ends behind it
        // moves the cut behind it.
        let cut = Math.max(0, pending.length - maxLength + 1);
        if (pattern) {
          for (const match of pending.matchAll(pattern)) {
            if (match.index < cut) cut = Math.max(cut, match.index + match[0].length);
          }
        }
        // Never between the two halves of a surrogate pair: they would be encoded apart.
        if (/[\uD800-\uDBFF]/.test(pending.charAt(cut - 1))) cut -= 1;
        const ready = pending.slice(0, cut);
        pending = pending.slice(cut);
        done(null, text(ready));
      },
      flush(done) {
        done(null, text(pending + decoder.decode()));
      },
    });
  };
  return { text, stream };
}
