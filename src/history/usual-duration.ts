/** The duration of an earlier pass of a test, in milliseconds, and how slow the whole run was then. */
export interface EarlierPass {
  durationMs: number;
  /** 2 for a run on an environment where everything took twice as long as usual. */
  slowness: number;
}

/** What is usual for a test on an environment, in logarithms of milliseconds, where a factor is a difference. */
export interface Usual {
  center: number;
  /** Standard deviation. */
  spread: number;
  /** The number of earlier passes. */
  count: number;
  /** How far the quantiles of `upperQuantile` and `1 - upperQuantile` are from the center, in standard deviations. */
  upper: number;
  lower: number;
  /** The median of the earlier passes, as they were: in the run of a slow night too. */
  medianMs: number;
}

/** With fewer earlier passes nothing is usual. */
const minPasses = 3;
/** With fewer tests, a slow test and a slow environment look the same. */
const minTests = 5;
/** Smaller differences do not matter to people, however steady the test is. */
const minFactor = 1.2;
const minExtraMs = 200;
/** So many standard deviations above usual is slower: one false alarm in 500,000 results of a normal distribution. */
const minDeviations = 4.6;
/**
 * The standard deviation is only estimated, so that the distance has Student's distribution, which is wider. The same share of it lies
 * beyond this number, divided by the number of durations, more deviations (the first term of its expansion, (z + z³) / 4n).
 */
const deviationsPerDuration = 28;
/** The spread of a few durations is a poor guess, so that of all tests of the run counts like this number of durations. */
const sharedWeight = 20;
/** Even the steadiest test differs by this share from night to night. */
const minSpread = 0.02;
/** The median absolute deviation of a normal distribution times this is its standard deviation. */
const deviationPerMad = 1.4826;
/** The variance of the median of n values is that of one value times this, divided by n. */
const medianVariance = Math.PI / 2;
/** One slow night among few passes, which were the first ones, hardly changes this quantile. */
const upperQuantile = 0.8;
/**
 * How much further the upper quantile is from the median than the lower one, over all tests: with a normal distribution 1.0, with exponential
 * ones 1.9. It tells shops that wait at times from others before there is a long tail to be seen.
 */
const skewedRatio = 1.5;
/** With fewer passes a test has no such quantiles, and with fewer tests their ratio is chance. */
const minQuantilePasses = 8;
const minQuantileTests = 30;
/** The least limit for such shops, in standard deviations. */
const skewedDeviations = 9;
/** Of 540 nights of 500 tests with normal distributions, 5 have a longer tail (measured). */
const heavyTail = 9;
/**
 * So many scales of its tail beyond the ninetieth percentile: one duration in 80,000. With exponential durations, of which a rule that
 * knows the distribution of each test finds 0.89 with a precision of 0.89, this finds 0.7 with 0.87 (measured): a report of a slower test
 * should be right.
 */
const tailScales = 9;
/** With fewer tests beyond it, the percentile says nothing about the tail. */
const minTail = 20;
/** Further values count as if they were this number of deviations away. */
const clippedDeviations = 3;

/** What is usual for a test after some passes; `undefined` when there are too few. */
export function usualOf(passes: readonly EarlierPass[]): Usual | undefined {
  if (passes.length < minPasses) return undefined;
  const logs = Float64Array.from(passes, ({ durationMs, slowness }) => logOf(durationMs / slowness));
  const center = median(logs);
  const deviations = logs.map((log) => Math.abs(log - center));
  const limit = clippedDeviations * Math.max(minSpread, deviationPerMad * median(deviations));
  let squares = 0;
  for (const deviation of deviations) squares += Math.min(deviation, limit) ** 2;
  const spread = Math.sqrt(squares / (logs.length - 1));
  const sorted = logs.toSorted();
  const unit = Math.max(minSpread, spread);
  return {
    center,
    spread,
    count: logs.length,
    upper: (quantile(sorted, upperQuantile) - center) / unit,
    lower: (center - quantile(sorted, 1 - upperQuantile)) / unit,
    medianMs: median(Float64Array.from(passes, ({ durationMs }) => durationMs)),
  };
}

/** A pass with what was usual before it. */
export interface MeasuredPass {
  durationMs: number;
  usual: Usual | undefined;
}

/**
 * Which passes of a run were slower than usual, in their order, and how slow the whole run was. Medians and logarithms: neither a slow
 * night in the past nor one now makes tests look slow or quick.
 */
export function compareDurations(passes: readonly MeasuredPass[]): { slowness: number; slower: boolean[] } {
  const measured = passes.flatMap(({ durationMs, usual }) =>
    usual === undefined ? [] : [{ usual, ratio: logOf(durationMs) - usual.center }],
  );
  if (measured.length < minTests) return { slowness: 1, slower: passes.map(() => false) };
  const slowness = median(Float64Array.from(measured, ({ ratio }) => ratio));
  const shared = median(Float64Array.from(measured, ({ usual }) => usual.spread));
  const deviationOf = ({ spread, count }: Usual): number => {
    const ownShare = count / (count + sharedWeight);
    const variance = Math.max(minSpread ** 2, ownShare * spread ** 2 + (1 - ownShare) * shared ** 2);
    return Math.sqrt(
      variance * (1 + medianVariance / count) + (medianVariance / measured.length) * shared ** 2,
    );
  };
  // A night that slows tests down by different factors spreads them all: then the same distance means less.
  const scores = Float64Array.from(
    measured,
    ({ usual, ratio }) => Math.abs(ratio - slowness) / deviationOf(usual),
  );
  const unrest = Math.max(1, deviationPerMad * median(scores));
  const tail = tailOf(
    Float64Array.from(measured, ({ usual, ratio }) => (ratio - slowness) / (unrest * deviationOf(usual))),
  );
  const rare = isSkewed(measured.map(({ usual }) => usual))
    ? Math.max(skewedDeviations, tail)
    : tail > heavyTail
      ? tail
      : minDeviations;
  const slower = passes.map(({ durationMs, usual }) => {
    if (usual === undefined) return false;
    const excess = logOf(durationMs) - usual.center - slowness;
    const extraMs = durationMs / Math.exp(slowness) - Math.exp(usual.center);
    const deviations = rare + deviationsPerDuration / (usual.count + sharedWeight);
    const limit = Math.max(Math.log(minFactor), deviations * unrest * deviationOf(usual));
    return excess > limit && extraMs >= minExtraMs;
  });
  return { slowness: Math.exp(slowness), slower };
}

/** Whether the durations of earlier passes are skewed, over all tests: far above the median more than below it. */
function isSkewed(all: readonly Usual[]): boolean {
  const tests = all.filter(({ count }) => count >= minQuantilePasses);
  if (tests.length < minQuantileTests) return false;
  const sum = (side: 'upper' | 'lower') => tests.reduce((total, usual) => total + usual[side], 0);
  return sum('upper') > skewedRatio * sum('lower');
}

/**
 * How many deviations above usual are rare by the durations of the run itself: those of shops that wait at times have a longer tail than
 * a normal distribution. Taken as exponential from its ninetieth percentile on, with the median of what lies beyond, so that tests that
 * are slower do not count. 0 when too few tests lie beyond.
 */
function tailOf(scores: Float64Array): number {
  const sorted = scores.toSorted();
  const first = Math.floor(sorted.length * 0.9);
  const beyond = sorted.subarray(first);
  if (beyond.length < minTail) return 0;
  const start = sorted[first] ?? 0;
  const scale = (median(beyond) - start) / Math.LN2;
  return start + tailScales * scale * (1 - 1 / Math.sqrt(beyond.length));
}

/** Durations below a millisecond are none. */
const logOf = (ms: number) => Math.log(Math.max(1, ms));

/** Sorts the values. */
function median(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Between the values that are nearest to it. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  return low + ((sorted[below + 1] ?? low) - low) * (place - below);
}
