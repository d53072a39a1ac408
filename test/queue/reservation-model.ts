/** The expected behaviour of reservations in its simplest form: lists in memory, and a clock of whole hours. */
export interface ModelRun {
  id: number;
  environmentId: number;
  state: 'queued' | 'running' | 'finished';
  fence: number | undefined;
  started: boolean;
  startBy: number | undefined;
  reservation: ModelReservation | undefined;
}

export interface ModelReservation {
  id: number;
  environmentId: number;
  begins: number;
  after: ModelRun | undefined;
  ends: number | undefined;
  length: number | undefined;
  waitUntil: number | undefined;
  begun: number | undefined;
  ended: boolean;
}

export type ReservationModel = ReturnType<typeof createReservationModel>;

export function createReservationModel(environmentIds: readonly number[]) {
  const runs: ModelRun[] = [];
  const reservations: ModelReservation[] = [];
  let hour = 0;

  const isPast = (time: number | undefined) => time !== undefined && time <= hour;
  const executes = (environmentId: number) =>
    runs.some((run) => run.environmentId === environmentId && run.state === 'running');
  const isDue = ({ ended, ends, begun, begins, waitUntil, after }: ModelReservation) =>
    !ended &&
    !isPast(ends) &&
    (begun !== undefined ||
      (begins <= hour && !isPast(waitUntil) && (after === undefined || after.state === 'finished')));
  /** The reservation in force. */
  const holderOf = (environmentId: number) =>
    reservations
      .filter((each) => each.environmentId === environmentId && isDue(each))
      .sort(
        (a, b) =>
          (a.begun ?? Number.POSITIVE_INFINITY) - (b.begun ?? Number.POSITIVE_INFINITY) ||
          a.begins - b.begins ||
          a.id - b.id,
      )[0];
  const isOverdue = ({ started, startBy }: ModelRun) => !started && isPast(startBy);

  function begin(environmentId: number): void {
    const holder = holderOf(environmentId);
    if (!holder || holder.begun !== undefined || executes(environmentId)) return;
    holder.begun = hour;
    holder.ends ??= hour + (holder.length ?? 0);
  }

  return {
    environmentIds,
    runs,
    reservations,
    hour: () => hour,
    isDue,
    begin,
    /** The run that a claim starts on an environment. */
    claimable(environmentId: number): ModelRun | undefined {
      if (executes(environmentId)) return undefined;
      const holder = holderOf(environmentId);
      const mayStart = (run: ModelRun) =>
        (holder === undefined || (holder.begun !== undefined && run.reservation === holder)) &&
        !isOverdue(run);
      return runs
        .filter((run) => run.environmentId === environmentId && run.state === 'queued' && mayStart(run))
        .sort((a, b) => a.id - b.id)[0];
    },
    advance(): void {
      for (const each of reservations) {
        const isOver = isPast(each.ends) || (each.begun === undefined && isPast(each.waitUntil));
        if (isOver) each.ended = true;
      }
      for (const id of environmentIds) begin(id);
      for (const run of runs) if (run.state === 'queued' && isOverdue(run)) run.state = 'finished';
    },
    pass(hours: number): void {
      hour += hours;
    },
  };
}
