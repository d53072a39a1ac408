import { TextInput } from '@mantine/core';
import { maxQuarantineDays, maxTriageOwnerLength, maxTriageReasonLength } from '#src/model/limits.ts';
import { dayAfter, endOfDay } from './quarantine-end.ts';

/** What can be changed of a quarantine, as the fields have it. */
export interface QuarantineDraft {
  reason: string;
  owner: string;
  /** `2026-12-13`, in the time zone of the user. */
  day: string;
}

export const isComplete = ({ reason, day }: QuarantineDraft) =>
  reason.trim() !== '' && endOfDay(day) !== undefined;

interface Props {
  draft: QuarantineDraft;
  onChange: (draft: QuarantineDraft) => void;
  ownerDescription?: string;
}

/** Why a test is quarantined, who repairs it, and until when. */
export function QuarantineFields({ draft, onChange, ownerDescription }: Props) {
  return (
    <>
      <TextInput
        label="Reason"
        required
        data-autofocus
        maxLength={maxTriageReasonLength}
        value={draft.reason}
        onChange={(event) => onChange({ ...draft, reason: event.currentTarget.value })}
      />
      <TextInput
        label="Owner"
        description={ownerDescription}
        maxLength={maxTriageOwnerLength}
        value={draft.owner}
        onChange={(event) => onChange({ ...draft, owner: event.currentTarget.value })}
      />
      <TextInput
        label="Until"
        description={`At most ${maxQuarantineDays} days from now`}
        type="date"
        required
        min={dayAfter(0, new Date())}
        max={dayAfter(maxQuarantineDays - 1, new Date())}
        value={draft.day}
        onChange={(event) => onChange({ ...draft, day: event.currentTarget.value })}
      />
    </>
  );
}
