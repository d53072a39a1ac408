import type {
  AlertCondition,
  AlertKind,
  AlertMember,
  AlertObservation,
  PendingCondition,
} from '../model/alert.ts';

/** How many observations in a row it takes until an alert begins, and until it ends. What could not be judged is not counted. */
const confirmations: Record<AlertKind, { begin: number; end: number }> = {
  'disk-full': { begin: 2, end: 2 },
  'worker-lost': { begin: 2, end: 1 },
  // What firings and runs recorded is a fact, which needs no second look.
  'schedule-failed': { begin: 1, end: 1 },
  'environment-broken': { begin: 1, end: 1 },
  'queue-old': { begin: 2, end: 2 },
  'engine-unreachable': { begin: 3, end: 2 },
  // Servers behind one name may have different certificates.
  'certificate-ends': { begin: 1, end: 3 },
  'doctor-finding': { begin: 2, end: 2 },
};

/** So many conditions of one source that begin at the same time are one alert: a network that is down is one message, not 200. */
const minGrouped = 3;
/** Different reasons for the end of a grouped alert. */
const maxReasons = 3;
/** Names in the message of a grouped alert. */
const maxNamed = 10;
/** Conditions of one source that are looked at. */
const maxConditions = 1_000;

/** What the transitions must know of an open alert of the source. */
export interface OpenAlert {
  id: number;
  members: readonly AlertMember[];
}

/** The words of an alert. */
export type AlertWords = Pick<AlertCondition, 'subject' | 'message' | 'action' | 'page'>;

export interface Transitions {
  begin: (AlertWords & { members: AlertMember[]; startedAt: string })[];
  /** Open alerts that stay open; `words` when the condition was seen again, without their subject. */
  keep: { id: number; members: AlertMember[]; words: Omit<AlertWords, 'subject'> | undefined }[];
  end: { id: number; endReason: string }[];
  pending: Record<string, PendingCondition>;
}

/**
 * What one observation changes: which alerts begin, stay and end, and which conditions wait for another observation. `now` is an ISO
 * time. A condition belongs to at most one open alert; an alert ends when all of its conditions are gone.
 */
export function decideTransitions(
  observation: AlertObservation,
  state: { open: readonly OpenAlert[]; pending: Readonly<Record<string, PendingCondition>>; now: string },
): Transitions {
  const { open, now } = state;
  const { begin, end } = confirmations[observation.kind];
  const present = new Map(
    observation.present.slice(0, maxConditions).map((condition) => [condition.key, condition]),
  );
  // What is beyond the limit was seen, and is not judged.
  const beyond = observation.present.slice(maxConditions).map(({ key }) => key);
  const { undecided } = observation;
  const isUndecided =
    undecided === 'others'
      ? () => true
      : (
          (keys: ReadonlySet<string>) => (key: string) =>
            keys.has(key)
        )(new Set([...undecided, ...beyond]));

  const transitions: Omit<Transitions, 'begin' | 'pending'> = { keep: [], end: [] };
  const covered = new Set<string>();
  for (const { id, members } of open) {
    const rest = members
      .map(({ key, absent }): AlertMember => {
        covered.add(key);
        if (present.has(key)) return { key, absent: 0 };
        return { key, absent: isUndecided(key) ? absent : absent + 1 };
      })
      .filter(({ absent }) => absent < end);
    if (rest.length === 0) {
      transitions.end.push({ id, endReason: endReasonOf(observation, members) });
      continue;
    }
    const seen = rest.flatMap(({ key }) => present.get(key) ?? []);
    transitions.keep.push({ id, members: rest, words: seen.length > 0 ? describe(seen) : undefined });
  }

  const pending = new Map<string, PendingCondition>();
  const confirmed: (AlertCondition & { since: string })[] = [];
  for (const [key, condition] of present) {
    if (covered.has(key)) continue;
    const earlier = ownValue(state.pending, key);
    const since = earlier?.since ?? now;
    const times = (earlier?.times ?? 0) + 1;
    if (times >= begin) confirmed.push({ ...condition, since });
    else pending.set(key, { since, times });
  }
  for (const [key, waiting] of Object.entries(state.pending)) {
    if (!present.has(key) && !covered.has(key) && isUndecided(key)) pending.set(key, waiting);
  }
  const groups = confirmed.length >= minGrouped ? [confirmed] : confirmed.map((each) => [each]);
  const begun = groups.map((group) => ({
    ...describe(group),
    members: group.map(({ key }) => ({ key, absent: 0 })),
    startedAt: group.map(({ since }) => since).sort()[0] ?? now,
  }));
  // Not by assignment, which would lose the key `__proto__`.
  return { ...transitions, begin: begun, pending: Object.fromEntries(pending) };
}

const ownValue = (record: Readonly<Record<string, PendingCondition>>, key: string) =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** The words of one condition, or of several together. */
function describe(conditions: readonly AlertCondition[]): AlertWords {
  const [first] = conditions as readonly [AlertCondition];
  const { subject, message, action, page, common } = first;
  if (conditions.length === 1) return { subject, message, action, page };
  const others = conditions.length - 1;
  const listed = conditions.slice(0, maxNamed);
  const more = conditions.length - listed.length;
  const tail = more > 0 ? ` and ${more} more` : '';
  const isCommon = common !== undefined && conditions.every((each) => each.common === common);
  return {
    subject: `${subject} and ${others} more`,
    message: isCommon
      ? `${common} (${conditions.length}): ${listed.map((each) => each.subject).join(', ')}${tail}.`
      : `${listed.map((each) => each.message).join(' ')}${tail === '' ? '' : ` And ${more} more.`}`,
    action,
    page: conditions.every((each) => each.page === page) ? page : parentOf(page),
  };
}

/** `/environments` of `/environments/us`. */
const parentOf = (page: string) => page.replace(/(?<=.)\/[^/]*$/, '') || '/';

/** The reasons of its conditions, each once, as far as they are few. */
function endReasonOf({ endReasons, endReason }: AlertObservation, members: readonly AlertMember[]): string {
  const reasons = [...new Set(members.map(({ key }) => endReasons?.get(key) ?? endReason))];
  return reasons.length <= maxReasons ? reasons.join(' ') : endReason;
}
