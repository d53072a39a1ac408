import { createLimiter } from '../../async/limit.ts';
import type { AlertCondition, AlertObservation } from '../../model/alert.ts';
import { durationText } from '../../model/duration.ts';
import type { Environment } from '../../model/environment.ts';
import type { AlertQueries } from '../../store/tables/alert-queries.ts';

type Shop = Pick<Environment, 'id' | 'code' | 'baseUrl' | 'paused'>;

/** Shops that are asked at a time: each may cost a container a process. */
const concurrency = 4;

/**
 * The TLS certificates of the shops of these environments that end within `limitMs` (0: none). Those of paused environments, and those
 * that cannot be asked before `signal` aborts, stay as they are.
 */
export async function observeCertificates(
  {
    shops,
    queries,
    certificateEnd,
  }: {
    shops: readonly Shop[];
    queries: Pick<AlertQueries, 'saveCertificate'>;
    /** Asks from where the tests ask, when possible. `undefined` when there is no answer. */
    certificateEnd(shop: Shop): Promise<Date | undefined>;
  },
  { limitMs, now, signal }: { limitMs: number; now: Date; signal: AbortSignal },
): Promise<AlertObservation> {
  const present: AlertCondition[] = [];
  const undecided: string[] = [];
  const endReasons = new Map<string, string>();
  const limit = createLimiter({ concurrency, maxWaiting: shops.length, whenFull: () => new Error('full') });
  const encrypted = limitMs === 0 ? [] : shops.filter(({ baseUrl }) => /^https:/i.test(baseUrl));
  await Promise.all(
    encrypted.map((shop) =>
      limit(async () => {
        const { id, code, baseUrl, paused } = shop;
        const end = paused || signal.aborted ? undefined : await certificateEnd(shop);
        if (end === undefined) {
          undecided.push(code);
          return;
        }
        await queries.saveCertificate(id, baseUrl, end);
        if (end.getTime() - now.getTime() < limitMs) present.push(describe(shop, end, now));
        else endReasons.set(code, `The certificate of ${baseUrl} is valid until ${day(end)}.`);
      }),
    ),
  );
  // In the order of the environments, whichever answered first.
  const order = new Map(shops.map(({ code }, index) => [code, index]));
  present.sort((one, other) => (order.get(one.key) ?? 0) - (order.get(other.key) ?? 0));
  return {
    source: 'certificate-ends',
    kind: 'certificate-ends',
    present,
    undecided,
    endReasons,
    endReason: 'The environment was removed.',
  };
}

const day = (at: Date) => at.toISOString().slice(0, 10);

function describe({ code, baseUrl }: Shop, end: Date, now: Date): AlertCondition {
  const ms = end.getTime() - now.getTime();
  const when =
    ms > 0 ? `ends on ${day(end)}, in ${durationText(ms)}` : `ended on ${day(end)}, ${durationText(-ms)} ago`;
  return {
    key: code,
    subject: code,
    message: `The TLS certificate of ${baseUrl} (${code}) ${when}. Browsers refuse the shop after that, and its runs fail.`,
    action: `Renew the certificate on the server of the shop; the alert ends within hours. To stop tests there meanwhile: matre env pause ${code}`,
    page: `/environments/${code}`,
    common: 'The TLS certificates of shops end soon',
  };
}
