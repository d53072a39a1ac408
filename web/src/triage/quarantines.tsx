import { Anchor, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { listNotes } from '#src/operations/triage/notes.ts';
import type { QuarantineView } from '#src/operations/triage/quarantine-view.ts';
import type { endQuarantine } from '#src/operations/triage/quarantines.ts';
import { type OutputOf, post } from '../api/request.ts';
import { useRefusal } from '../api/session.ts';
import { briefMessage } from '../ui/brief-message.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useQueryState } from '../ui/query-state.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { type Column, DataTable, roomForSentences } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useTitle } from '../ui/title.ts';
import { useAction } from '../ui/use-action.ts';
import { CauseNote, NoteText } from './cause-note.tsx';
import { EditQuarantine } from './edit-quarantine.tsx';
import classes from './quarantines.module.css';
import { notesQuery, quarantinesQuery } from './queries.ts';

type Note = OutputOf<typeof listNotes>['notes'][number];

/** The quarantines of tests, and the notes of causes. */
export default function Quarantines() {
  useTitle('Quarantines');
  return (
    <>
      <QuarantineList />
      <Notes />
    </>
  );
}

function QuarantineList() {
  const [state, setState] = useQueryState('state', 'active');
  const isEnded = state === 'ended';
  const { data, error, refetch } = useQuery(quarantinesQuery(isEnded ? 'ended' : 'active'));
  return (
    <section className={classes.section} aria-labelledby="quarantines">
      <div className={classes.head}>
        <h1 id="quarantines">Quarantines</h1>
        <Button
          size="compact-xs"
          variant={isEnded ? 'filled' : 'default'}
          aria-pressed={isEnded}
          onClick={() => setState(isEnded ? 'active' : 'ended')}
        >
          Ended
        </Button>
      </div>
      {data === undefined ? (
        <QueryFallback what="the quarantines" query={{ error, refetch }} />
      ) : data.quarantines.length === 0 ? (
        <EmptyState title={isEnded ? 'No quarantine has ended' : 'No test is quarantined'}>
          {!isEnded &&
            'Open a failure of a run and press "Quarantine": until a date, known failures of that test do not decide the verdict.'}
        </EmptyState>
      ) : (
        <QuarantineTable quarantines={data.quarantines} isEnded={isEnded} />
      )}
    </section>
  );
}

const quarantineColumns: Column<QuarantineView>[] = [
  {
    name: 'Test',
    width: 12,
    share: 3,
    value: ({ test, suite }) => (
      <Anchor component={Link} href={`/tests/${encodeURIComponent(test)}`}>
        <LongText text={suite === null ? test : `${suite}:${test}`} />
      </Anchor>
    ),
  },
  {
    name: 'Environment',
    width: 6,
    share: 1,
    value: ({ environment }) => <LongText text={environment ?? 'all'} />,
  },
  {
    name: 'Until',
    width: 'fit',
    isNumber: true,
    value: ({ endsAt, endedAt }) => <Time at={endedAt ?? endsAt} />,
  },
  { name: 'Owner', width: 6, share: 1, value: ({ owner }) => <LongText text={owner} /> },
  { name: 'Reason', width: 9, share: 2, value: ({ reason }) => <LongText text={reason} isSentence /> },
  {
    name: 'Covers',
    width: 9,
    share: 2,
    value: ({ causes }) => (
      <LongText text={causes.map(({ cause, message }) => briefMessage(message ?? cause)).join(' / ')} />
    ),
  },
];

function QuarantineTable({ quarantines, isEnded }: { quarantines: QuarantineView[]; isEnded: boolean }) {
  return (
    <DataTable
      labelledBy="quarantines"
      cardsBelow={roomForSentences}
      rows={quarantines}
      rowKey={({ id }) => id}
      columns={quarantineColumns}
      {...(!isEnded && { actions: (quarantine: QuarantineView) => <Actions quarantine={quarantine} /> })}
    />
  );
}

function Actions({ quarantine }: { quarantine: QuarantineView }) {
  const { test, suite } = quarantine;
  const name = suite === null ? test : `${suite}:${test}`;
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      <EditQuarantine quarantine={quarantine} name={name} />
      <End id={quarantine.id} name={name} />
    </Group>
  );
}

function End({ id, name }: { id: number; name: string }) {
  const refusal = useRefusal('operator');
  const end = useAction({
    run: () => post<typeof endQuarantine>(`/api/quarantines/${id}/end`),
    successMessage: () => `The quarantine of ${name} has ended.`,
    invalidates: [['quarantines']],
  });
  if (refusal !== undefined) return null;
  return (
    <ConfirmButton
      label="End"
      accessibleName={`End the quarantine of ${name}`}
      question="Its failures decide the verdicts of runs again, from now on."
      busy={end.isPending}
      onConfirm={() => end.mutate()}
    />
  );
}

const noteColumns: Column<Note>[] = [
  {
    name: 'Failure',
    width: 12,
    value: ({ cause, message }) => <LongText text={briefMessage(message ?? cause)} />,
  },
  { name: 'Note', width: 14, wraps: true, value: (note) => <NoteText note={note} /> },
  {
    name: 'Last seen',
    width: 'fit',
    isNumber: true,
    value: ({ seenAt }) => seenAt && <Time at={seenAt} />,
  },
];

function Notes() {
  const { data, error, refetch } = useQuery(notesQuery);
  return (
    <section className={classes.section} aria-labelledby="notes">
      <h2 id="notes">Notes of causes</h2>
      {data === undefined ? (
        <QueryFallback what="the notes" query={{ error, refetch }} />
      ) : data.notes.length === 0 ? (
        <EmptyState title="No notes yet">
          A note says what is at fault, and names an issue and an owner. It is written at a failure of a run.
        </EmptyState>
      ) : (
        <DataTable
          labelledBy="notes"
          rows={data.notes}
          rowKey={({ cause }) => cause}
          columns={noteColumns}
          actions={(note) => <CauseNote cause={note.cause} note={note} hidesText />}
        />
      )}
    </section>
  );
}
