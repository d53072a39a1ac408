import { dayMs } from '../../src/model/duration.ts';
import type { ResultClass } from '../../src/model/result-class.ts';
import { type HistoryLine, keyOf, type Truth } from './history.ts';

export interface GeneratedHistory {
  lines: HistoryLine[];
  truth: Truth;
}

const firstNight = Date.UTC(2026, 0, 5, 2);

/** What makes tests fail or slow, per night, test and environment where nothing else is said. */
const rates = {
  commit: 0.6,
  shopUpgrade: 1 / 25,
  regression: 0.3,
  flakyTests: 0.05,
  /** A failure of a test that is not flaky, in all attempts of one run. */
  noise: 1 / 10_000,
  broken: 1 / 2_000,
  slowNight: 0.08,
  slowTest: 1 / 2_000,
};

/** One thing that happens to one test on some environments for some nights. */
interface Episode {
  environments: readonly number[];
  from: number;
  /** The first night after it. */
  to: number;
  /** Of a failure. */
  message?: string;
  /** Of a slow test. */
  factor?: number;
}

/**
 * A history of nights with known truth. Regressions come with a commit and leave with one; flaky tests fail at random and are executed
 * twice; some failures have no reason; whole nights are slow on an environment; single tests are slow for one to three nights. The
 * truth of outcomes follows from the definitions in the glossary, the truth about durations from the episodes.
 */
export function generateHistory(options: {
  seed: number;
  tests: number;
  nights: number;
  environments: number;
}): GeneratedHistory {
  const random = createRandom(options.seed);
  const commits = versions(options.nights, rates.commit, 'commit');
  const tests = Array.from({ length: options.tests }, (_, index) => createTest(index));
  const regressions = tests.map(() => [] as Episode[]);
  for (let night = 1; night < options.nights; night++) {
    if (commits[night] === commits[night - 1] || random() > rates.regression) continue;
    const to = nextCommit(night + 1 + below(5));
    const environments = random() < 0.7 ? all() : [below(options.environments)];
    for (let count = 1 + below(4); count > 0; count--) {
      regressions[below(options.tests)]?.push({
        environments,
        from: night,
        to,
        message: `Failed asserting that '${night},19' equals total ${'abcdefgh'[below(8)]}`,
      });
    }
  }

  const lines: HistoryLine[] = [];
  const truth = new Map<string, readonly ResultClass[]>();
  for (let environment = 0; environment < options.environments; environment++) {
    const shops = versions(options.nights, rates.shopUpgrade, `shop-${environment}-`);
    const slowness = Array.from({ length: options.nights }, () =>
      random() < rates.slowNight ? 1.2 + random() * 1.3 : 1 + gauss() * 0.02,
    );
    for (const [index, test] of tests.entries()) {
      const own = (regressions[index] ?? []).filter(({ environments }) => environments.includes(environment));
      addTest(environment, test, own, shops, slowness);
    }
  }
  return { lines, truth };

  function addTest(
    environment: number,
    test: GeneratedTest,
    regressions: readonly Episode[],
    shops: readonly string[],
    slowness: readonly number[],
  ): void {
    const past: PastNight[] = [];
    let slowUntil = 0;
    let slowFactor = 1;
    for (let night = 0; night < options.nights; night++) {
      if (night >= slowUntil) {
        slowFactor = 1;
        if (night > 10 && random() < rates.slowTest) {
          slowUntil = night + 1 + below(3);
          slowFactor = 1.7 + random() * 2;
        }
      }
      const at = new Date(firstNight + night * dayMs);
      const line = {
        environment: `env-${environment}`,
        run: `${environment}-${night}`,
        at,
        commit: commits[night],
        shopVersion: shops[night],
        test: test.name,
      };
      if (random() < rates.broken) {
        lines.push({ ...line, attempt: 1, status: 'broken', durationMs: 1000, message: 'The shop is away' });
        continue;
      }
      const regression = regressions.find(({ from, to }) => from <= night && night < to);
      const message =
        regression?.message ?? (random() < rates.noise ? 'Timed out at a busy moment' : undefined);
      const fails = () =>
        message ?? (random() < test.failureRate ? 'Element #flaky was not found' : undefined);
      const first = fails();
      const durationMs = Math.round(
        test.baseMs *
          (slowness[night] ?? 1) *
          slowFactor *
          Math.exp(gauss() * test.spread) *
          (random() < 0.01 ? 1.15 : 1),
      );
      const attempts = first === undefined ? [undefined] : [first, fails()];
      for (const [index, failure] of attempts.entries()) {
        lines.push({
          ...line,
          attempt: index + 1,
          status: failure === undefined ? 'passed' : 'failed',
          durationMs,
          ...(failure !== undefined && { message: failure }),
        });
      }
      past.push({ night, version: `${commits[night]} ${shops[night]}`, attempts, slow: slowFactor > 1 });
      const classes = truthOf(past);
      if (classes.length > 0) truth.set(keyOf({ ...line, suite: undefined }), classes);
    }
  }

  function createTest(index: number): GeneratedTest {
    return {
      name: `Generated${index}Test`,
      baseMs: 2000 * Math.exp(random() * 4.5),
      spread: 0.03 + random() * 0.09,
      failureRate: random() < rates.flakyTests ? 0.08 + random() * 0.3 : 0,
    };
  }

  /** The version of each night. */
  function versions(nights: number, rate: number, name: string): string[] {
    let number = 0;
    return Array.from({ length: nights }, () => `${name}${random() < rate ? ++number : number}`);
  }

  function nextCommit(from: number): number {
    let night = from;
    while (night < options.nights && commits[night] === commits[night - 1]) night += 1;
    return night;
  }

  function all(): number[] {
    return Array.from({ length: options.environments }, (_, index) => index);
  }

  function below(limit: number): number {
    return Math.floor(random() * limit);
  }

  function gauss(): number {
    return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }
}

interface GeneratedTest {
  name: string;
  baseMs: number;
  /** Standard deviation of the logarithm of its duration. */
  spread: number;
  failureRate: number;
}

interface PastNight {
  night: number;
  version: string;
  /** The message of each attempt that failed, `undefined` for one that passed. */
  attempts: readonly (string | undefined)[];
  slow: boolean;
}

/** The definitions word by word, for the last of some nights. */
function truthOf(past: readonly PastNight[]): ResultClass[] {
  const now = past.at(-1) as PastNight;
  const last = past.at(-2);
  const passed = (night: PastNight) => night.attempts.at(-1) === undefined;
  const classes: ResultClass[] = [];
  if (!passed(now) && last && passed(last)) classes.push('new');
  if (
    !passed(now) &&
    past.slice(0, -1).some((night) => !passed(night) && night.attempts.at(-1) === now.attempts.at(-1))
  )
    classes.push('known');
  if (passed(now) && last && !passed(last)) classes.push('fixed');
  const retried = now.attempts.length > 1 && passed(now);
  if (retried || changesOnOneVersion(past.filter(({ night }) => night >= now.night - 14)) >= 2)
    classes.push('flaky');
  // A test that was slow for as long as matre looks back is as usual; no episode is that long.
  if (passed(now) && now.slow) classes.push('slower');
  return classes;
}

/** The most changes of outcome, attempts included, that one version saw in a row. */
function changesOnOneVersion(nights: readonly PastNight[]): number {
  const byVersion = groupNights(nights);
  return Math.max(
    0,
    ...[...byVersion.values()].map((group) => {
      const outcomes = group.flatMap(({ attempts }) => attempts.map((message) => message === undefined));
      return outcomes.filter((outcome, index) => index > 0 && outcome !== outcomes[index - 1]).length;
    }),
  );
}

function groupNights(nights: readonly PastNight[]): Map<string, PastNight[]> {
  const groups = new Map<string, PastNight[]>();
  for (const night of nights) groups.set(night.version, [...(groups.get(night.version) ?? []), night]);
  return groups;
}

/** Numbers from 0 to 1 that follow from the seed (Mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
