/** A message that a receiver accepted. */
export interface Acceptance {
  channel: string;
  /** The number of the run that it tells; each submission has one. */
  run: number;
  /** Milliseconds since 1970, before the receiver answered. */
  at: number;
}

/** A sending process that was killed. */
export interface Kill {
  at: number;
  /** The messages that were claimed and not recorded as sent when it was dead: `channel run`. */
  unrecorded: ReadonlySet<string>;
}

export interface Evidence {
  /** `channel run` of each message that must arrive, as often as it must. */
  expected: readonly string[];
  acceptances: readonly Acceptance[];
  kills: readonly Kill[];
}

export interface Verdict {
  sent: number;
  lost: string[];
  doubled: string[];
  /** Each with its proof. */
  unavoidable: string[];
}

/** How a message is named in evidence. */
export const nameOf = ({ channel, run }: Pick<Acceptance, 'channel' | 'run'>) => `${channel} ${run}`;

/**
 * Compares what arrived with what must arrive. A message that arrived again is unavoidable only when a process was killed after the
 * receiver had accepted it, and the outbox had not recorded that at that time.
 */
export function judgeMessages({ expected, acceptances, kills }: Evidence): Verdict {
  const byName = new Map<string, Acceptance[]>();
  for (const acceptance of acceptances) {
    const name = nameOf(acceptance);
    byName.set(name, [...(byName.get(name) ?? []), acceptance]);
  }
  const counts = new Map<string, number>();
  for (const name of expected) counts.set(name, (counts.get(name) ?? 0) + 1);
  const verdict: Verdict = { sent: acceptances.length, lost: [], doubled: [], unavoidable: [] };
  for (const [name, count] of counts) {
    const missing = count - (byName.get(name)?.length ?? 0);
    for (let each = 0; each < missing; each += 1) verdict.lost.push(name);
  }
  for (const [name, times] of byName) {
    times.sort((one, other) => one.at - other.at);
    const surplus = times.length - (counts.get(name) ?? 0);
    if (surplus <= 0) continue;
    const proofs = times.flatMap(({ at }, index) => {
      const before = times[index - 1];
      const kill =
        before && kills.find((each) => each.at >= before.at && each.at <= at && each.unrecorded.has(name));
      if (!kill) return [];
      const proof = `accepted at ${time(before.at)}, killed at ${time(kill.at)} before the outbox recorded it`;
      return [`${name}: ${proof}, accepted at ${time(at)}`];
    });
    verdict.unavoidable.push(...proofs.slice(0, surplus));
    const moments = times.map(({ at }) => time(at)).join(', ');
    for (let each = proofs.length; each < surplus; each += 1)
      verdict.doubled.push(`${name}: accepted at ${moments}`);
  }
  return verdict;
}

const time = (ms: number) => new Date(ms).toISOString().slice(11, 23);
