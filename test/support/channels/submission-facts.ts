import { sampleFacts as reservationSample } from '../../../src/messages/templates/samples.ts';
import type {
  AlertFacts,
  DigestFacts,
  FailureFacts,
  MessageFacts,
  RunFacts,
  SubmissionFacts,
} from '../../../src/model/message-facts.ts';
import type { Counts, Verdict } from '../../../src/model/run.ts';

// Facts as a night produces them, and as it hopefully never does.

const server = 'https://matre.example.com';

/** A name of 134 characters, the longest that the sample catalog has. */
export const longTest =
  'StorefrontCustomerCheckoutWithBundleProductAndCartPriceRuleAndFreeShippingAndTaxForSeveralStoreViewsAndGuestWithDisabledCookiesTest001';

/** Texts that would mention members, break the markup, or turn the direction of what follows. */
export const hostileTexts = [
  '<!channel> <!here> <@U0MEMBER001> <users/all>',
  '@channel @all @here @everyone @ada',
  '*bold* _italic_ ~struck~ `code` ```block``` > quote # heading',
  '[link](https://evil.example) ![image](https://evil.example/x.png) <https://evil.example|click>',
  '</b></a><script>alert(1)</script>&amp;&#0;',
  'מבחן תשלום עברית — اختبار الدفع',
  'Zahlung 💳🧾👩‍👩‍👧‍👦 fehlgeschlagen',
  "- Expected '47,19 €'\n+ Actual   '39,00 €'",
  '\\\\\\`\\*\\[ {{ submission.id }} {% raw %}',
];

function counts(values: Partial<Counts> = {}): Counts {
  return { planned: 0, passed: 0, failed: 0, broken: 0, skipped: 0, flaky: 0, quarantined: 0, ...values };
}

function failure(index: number, values: Partial<FailureFacts> = {}): FailureFacts {
  const test = `StorefrontCheckoutWithCouponTest${index}`;
  return {
    test,
    suite: null,
    className: index < 3 ? 'new' : 'known',
    quarantined: false,
    message: `I see "47,19 €", ".grand-total" Expected 47,19 €, actual 39,0${index % 10} €.`,
    url: `${server}/runs/471/tests/${test}`,
    ...values,
  };
}

function run(values: Partial<RunFacts> = {}): RunFacts {
  return {
    ...{
      id: 471,
      environment: 'preprod-us',
      url: `${server}/runs/${values.id ?? 471}`,
      state: 'finished',
      verdict: 'passed',
    },
    ...{ reason: null, counts: counts({ planned: 412, passed: 412 }), classes: null, durationMs: 4_320_000 },
    ...{ failures: [], moreFailures: 0 },
    ...values,
  };
}

interface Options {
  headline: string;
  phase?: SubmissionFacts['phase'];
  verdict?: Verdict | null;
  previousVerdict?: Verdict | null;
  runs?: RunFacts[];
  classes?: SubmissionFacts['submission']['classes'];
  causes?: SubmissionFacts['causes'];
}

export function submission({ headline, phase = 'finished', ...options }: Options): SubmissionFacts {
  const {
    verdict = 'passed',
    previousVerdict = 'passed',
    runs = [run()],
    classes = null,
    causes = [],
  } = options;
  const isFinished = phase === 'finished';
  const [first] = runs.flatMap(({ failures, environment }) =>
    failures.map((each) => ({ ...each, environment, screenshot: null })),
  );
  return {
    ...{ kind: 'submission', phase, headline, runs, causes, firstFailure: first ?? null, run: null },
    submission: {
      ...{ id: 118, url: `${server}/submissions/118`, name: 'nightly', schedule: 'nightly', saved: null },
      ...{ verdict: isFinished ? verdict : null, requestedBy: 'schedule nightly' },
      ...{
        createdAt: '2026-11-28T22:00:00.000Z',
        finishedAt: isFinished ? '2026-11-28T23:12:00.000Z' : null,
      },
      ...{
        durationMs: 4_320_000,
        usualMs: 4_100_000,
        environments: runs.map(({ environment }) => environment),
      },
      ...{ counts: sumOf(runs), classes, previousVerdict, branch: 'main' },
      commit: {
        id: 'a1b2c3d4e5f60718293a4b5c6d7e8f9012345678',
        subject: 'Show the coupon in the order summary',
      },
      commits: [{ id: 'a1b2c3d4e5f6', subject: 'Show the coupon in the order summary', author: 'Ada' }],
    },
  };
}

function sumOf(runs: RunFacts[]): Counts {
  const sum = counts();
  for (const each of runs)
    for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += each.counts[name];
  return sum;
}

const noClasses = { new: 0, known: 0, fixed: 0, flaky: 0, slower: 0, broken: 0, other: 0 };

function alert(phase: AlertFacts['phase']): AlertFacts {
  const message = 'The disk of host build-2 has 2.1 GB left (2%).';
  return {
    ...{ kind: 'alert', phase },
    headline:
      phase === 'started' ? message : 'The disk of host build-2 has enough space again (after 42 min).',
    alert: {
      ...{ id: 7, kind: 'disk', subject: 'host build-2', message },
      action: 'Free space in /var/lib/matre, or lower MATRE_KEEP_FILES.',
      startedAt: '2026-11-28T22:00:00.000Z',
      endedAt: phase === 'ended' ? '2026-11-28T22:42:00.000Z' : null,
      url: `${server}/alerts`,
    },
  };
}

const digest: DigestFacts = {
  ...{
    kind: 'digest',
    period: 'weekly',
    headline: 'Last week: 94.1% passed (96.3% before), 42 runs, 3 broken',
  },
  ...{ from: '2026-11-16T07:00:00.000Z', to: '2026-11-23T07:00:00.000Z', url: `${server}/trends` },
  totals: {
    ...{ runs: 42, passed: 8120, failed: 480, broken: 31, flaky: 44, passRate: 0.941, durationMs: 4_100_000 },
  },
  before: {
    ...{ runs: 40, passed: 8320, failed: 300, broken: 12, flaky: 41, passRate: 0.963, durationMs: 4_000_000 },
  },
  environments: ['preprod-us', 'preprod-eu'].map((environment) => {
    const sums = { runs: 21, passed: 4060, failed: 240, broken: 15, flaky: 22, passRate: 0.94 };
    return { environment, ...sums, durationMs: 4_100_000 };
  }),
  submissions: [
    {
      ...{ id: 118, url: `${server}/submissions/118`, name: 'nightly', environments: ['preprod-us'] },
      ...{ verdict: 'failed', headline: 'nightly on preprod-us: 3 new failures (run 471, 1 h 12 min)' },
    },
  ],
  moreSubmissions: 12,
  failing: [{ test: 'StorefrontCheckoutWithCouponTest', suite: null, executions: 42, failed: 31 }],
  grown: [
    {
      ...{ test: longTest, suite: 'CheckoutSuite', executions: 21, failed: 2 },
      beforeMs: 41_000,
      afterMs: 95_000,
    },
  ],
};

const threeNew = run({
  verdict: 'failed',
  counts: counts({ planned: 412, passed: 396, failed: 15, flaky: 1, skipped: 1 }),
  classes: { ...noClasses, new: 3, known: 12, fixed: 1, flaky: 1 },
  failures: Array.from({ length: 15 }, (_, index) => failure(index)),
});

/** One message of each sort, by its name. */
export const sampleFacts: Record<string, MessageFacts> = {
  'reservation begun': reservationSample('reservation-started'),
  'reservation near its end': reservationSample('reservation-near-end'),
  'reservation cancelled': reservationSample('reservation-cancelled'),
  started: submission({
    headline: 'nightly on preprod-us: 412 tests started, usually 1 h 8 min (run 471)',
    phase: 'started',
    runs: [run({ state: 'running', verdict: null, counts: counts({ planned: 412 }), durationMs: null })],
  }),
  running: submission({
    headline: 'nightly on preprod-us, preprod-eu: 210 of 824 tests, 2 failed (32 min)',
    phase: 'running',
    runs: [
      run({ state: 'running', verdict: null, counts: counts({ planned: 412, passed: 208, failed: 2 }) }),
      run({
        id: 472,
        environment: 'preprod-eu',
        state: 'queued',
        verdict: null,
        counts: counts({ planned: 412 }),
      }),
    ],
  }),
  passed: submission({ headline: 'nightly on preprod-us: all 412 tests passed (run 471, 1 h 12 min)' }),
  failed: submission({
    headline: 'nightly on preprod-us: 3 new failures, 1 fixed, 12 known (run 471, 1 h 12 min)',
    verdict: 'failed',
    runs: [threeNew],
    classes: { ...noClasses, new: 3, known: 12, fixed: 1, flaky: 1 },
    causes: [
      {
        ...{ cause: 'c1', message: 'I see "47,19 €", ".grand-total"', values: ["- '47,19 €'  + '39,00 €'"] },
        ...{ tests: 12, environments: ['preprod-us'], since: 101 },
      },
    ],
  }),
  'several environments': submission({
    headline:
      'nightly on 4 environments: broken on preprod-jp: the shop does not answer; 16 failed (submission 118)',
    verdict: 'broken',
    runs: [
      threeNew,
      run({ id: 472, environment: 'preprod-eu', durationMs: 3_900_000 }),
      run({
        ...{ id: 473, environment: 'preprod-jp', verdict: 'broken', counts: counts({ planned: 412 }) },
        reason: { code: 'MAGENTO_UNREACHABLE', message: 'https://preprod-jp.example.com answers HTTP 502.' },
        durationMs: 180_000,
      }),
      run({
        ...{ id: 474, environment: 'preprod-uk', verdict: 'failed' },
        counts: counts({ planned: 412, passed: 411, failed: 1 }),
        classes: { ...noClasses, known: 1 },
        failures: [failure(7)],
      }),
    ],
    classes: { ...noClasses, new: 3, known: 13, fixed: 1, flaky: 1 },
  }),
  'many failures': submission({
    headline: 'nightly on preprod-us: 300 new failures (run 471, 1 h 12 min)',
    verdict: 'failed',
    runs: [
      run({
        verdict: 'failed',
        counts: counts({ planned: 412, passed: 112, failed: 300 }),
        failures: Array.from({ length: 60 }, (_, index) =>
          failure(index, { className: 'new', test: `${longTest}${index}` }),
        ),
        moreFailures: 240,
      }),
    ],
    classes: { ...noClasses, new: 300 },
  }),
  hostile: submission({
    headline: 'nightly on preprod-us: 9 new failures (run 471, 1 h 12 min)',
    verdict: 'failed',
    runs: [
      run({
        verdict: 'failed',
        counts: counts({ planned: 20, passed: 11, failed: hostileTexts.length }),
        failures: hostileTexts.map((text, index) =>
          failure(index, { className: 'new', test: text, message: text }),
        ),
      }),
    ],
    classes: { ...noClasses, new: hostileTexts.length },
  }),
  broken: submission({
    headline: 'nightly on preprod-us is broken: the shop does not answer (run 471, 3 min)',
    verdict: 'broken',
    runs: [
      run({
        verdict: 'broken',
        reason: { code: 'MAGENTO_UNREACHABLE', message: 'https://preprod-us.example.com answers HTTP 502.' },
        counts: counts({ planned: 412 }),
        durationMs: 180_000,
      }),
    ],
  }),
  cancelled: submission({
    headline: 'nightly on preprod-us was cancelled after 120 of 412 tests (run 471, 20 min)',
    verdict: 'cancelled',
    runs: [run({ verdict: 'cancelled', counts: counts({ planned: 412, passed: 120 }) })],
  }),
  alert: alert('started'),
  'alert ended': alert('ended'),
  digest,
};

const textFields = [
  ...['headline', 'test', 'suite', 'message', 'name', 'environment', 'subject', 'action', 'author', 'values'],
  ...['environments', 'branch', 'schedule', 'requestedBy'],
];

/** Facts in which each text that users or tests can choose is the next of these. */
export function withTexts(facts: MessageFacts, texts: readonly string[]): MessageFacts {
  let count = 0;
  const next = () => texts[count++ % texts.length] ?? '';
  const visit = (value: unknown, field: string): unknown => {
    if (typeof value === 'string') return textFields.includes(field) ? next() : value;
    if (Array.isArray(value)) return value.map((item) => visit(item, field));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, visit(item, name)]));
  };
  return visit(facts, '') as MessageFacts;
}
