/** Waits of a test that ran out, although the test continued; see `findTimedOutWaits`. */
export interface TimedOutWaits {
  count: number;
  /** What they took, without the second that each wait takes in any case. */
  lostMs: number;
  /** By page and time limit, those that lost most first, at most `maxWaitPages`. */
  pages: WaitsOfPage[];
}

/** The waits with one time limit on one page that ran out. */
export interface WaitsOfPage {
  /** The page that was opened last; `undefined` when no step opened one. */
  page: string | undefined;
  /** Their time limit. */
  seconds: number;
  count: number;
}

/** How many pages of a test are stored. */
export const maxWaitPages = 10;
/** More are counted. */
const maxNamedPages = 3;

/** `12 waits of 30 s ran out on /checkout, 720 s lost`. */
export function describeTimedOutWaits({ count, lostMs, pages }: TimedOutWaits): string {
  const lost = `${Math.round(lostMs / 1_000)} s lost`;
  const named = pages.slice(0, maxNamedPages);
  const rest = count - named.reduce((sum, each) => sum + each.count, 0);
  const [first] = named;
  if (first !== undefined && rest === 0 && named.length === 1) {
    return `${waits(first.count)} of ${first.seconds} s ran out${placeOf(first)}, ${lost}`;
  }
  const parts = named.map((each) => `${each.count} of ${each.seconds} s${placeOf(each)}`);
  return `${waits(count)} ran out, ${lost}: ${[...parts, ...(rest > 0 ? [`${rest} on other pages`] : [])].join(', ')}`;
}

function placeOf({ page }: WaitsOfPage): string {
  return page === undefined ? '' : ` on ${page}`;
}

function waits(count: number): string {
  return `${count} ${count === 1 ? 'wait' : 'waits'}`;
}
