import { Anchor, Group, Modal } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ReservationView } from '#src/operations/reservations/reservation-view.ts';
import type { endReservation } from '#src/operations/reservations/reservations.ts';
import { callApi, post } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { useAction } from '../ui/use-action.ts';
import { fieldValue, localMoment } from './local-moment.ts';
import { reservationKeys } from './queries.ts';
import { beginText, endText } from './reservation-text.ts';
import { UntilField } from './until-field.tsx';

const columns: Column<ReservationView>[] = [
  { name: 'State', width: 'fit', value: ({ state }) => state },
  { name: 'Owner', width: 8, share: 1, value: ({ owner }) => <LongText text={owner} /> },
  { name: 'Begins', width: 9, wraps: true, value: (reservation) => <Begin reservation={reservation} /> },
  { name: 'Ends', width: 9, wraps: true, value: endText },
  { name: 'Reason', width: 18, share: 2, wraps: true, card: 'bare', value: ({ reason }) => reason },
];

/** The reservations of an environment that have not ended. Renders nothing when there are none. */
export function ReservationList({ reservations }: { reservations: readonly ReservationView[] }) {
  if (reservations.length === 0) return null;
  return (
    <section aria-labelledby="reservations">
      <h2 id="reservations">Reservations</h2>
      <DataTable
        labelledBy="reservations"
        rows={[...reservations]}
        rowKey={({ id }) => id}
        columns={columns}
        actions={(reservation) => (
          <Group gap={4} wrap="nowrap" justify="flex-end">
            <Extend reservation={reservation} />
            <End reservation={reservation} />
          </Group>
        )}
      />
    </section>
  );
}

/** When it begins; the run that it waits for is a link. */
function Begin({ reservation }: { reservation: ReservationView }) {
  const { afterRun, begunAt } = reservation;
  const text = beginText(reservation);
  if (afterRun === null || begunAt !== null) return text;
  return (
    <Anchor component={Link} href={`/runs/${afterRun}`}>
      {text}
    </Anchor>
  );
}

function End({ reservation: { id, environment, begunAt } }: { reservation: ReservationView }) {
  const end = useAction({
    run: () => post<typeof endReservation>(`/api/reservations/${id}/end`),
    successMessage: () => `Reservation ${id} of ${environment} has ended.`,
    invalidates: reservationKeys,
  });
  const label = begunAt === null ? 'Cancel' : 'End';
  return (
    <ConfirmButton
      label={label}
      accessibleName={`${label} reservation ${id}`}
      question={`Runs may start on ${environment} then.`}
      busy={end.isPending}
      onConfirm={() => end.mutate()}
    />
  );
}

function Extend({ reservation }: { reservation: ReservationView }) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  const { id, environment } = reservation;
  return (
    <>
      <ActionButton
        requiredRole="operator"
        size="compact-xs"
        variant="subtle"
        aria-label={`Change end of reservation ${id}`}
        onClick={() => setOpened(true)}
      >
        Change end
      </ActionButton>
      <Modal opened={opened} onClose={close} title={`Reservation ${id} of ${environment}`}>
        <ExtendForm reservation={reservation} onClose={close} />
      </Modal>
    </>
  );
}

function ExtendForm({ reservation, onClose }: { reservation: ReservationView; onClose: () => void }) {
  const { id, endsAt, environment } = reservation;
  const [until, setUntil] = useState(() => fieldValue(endsAt === null ? new Date() : new Date(endsAt)));
  const end = localMoment(until);
  const change = useAction({
    run: () => callApi('PATCH', `/api/reservations/${id}`, { body: { endsAt: end } }),
    successMessage: () => `The end of reservation ${id} of ${environment} was changed.`,
    invalidates: reservationKeys,
    onSuccess: onClose,
    quiet: true,
  });
  return (
    <DialogForm action={change} submitLabel="Save" isDisabled={end === undefined} onClose={onClose}>
      <UntilField value={until} hasFocus onChange={setUntil} />
    </DialogForm>
  );
}
