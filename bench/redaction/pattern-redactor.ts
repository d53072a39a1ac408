import { Transform } from 'node:stream';

const maskText = '[hidden]';
const minLength = 4;

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

/** The redactor to compare with: one regular expression over the fixed encodings of all secrets. */
export function createPatternRedactor(secrets: readonly string[]): { stream(): Transform } {
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
  return { stream };
}
