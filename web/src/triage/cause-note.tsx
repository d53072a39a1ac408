import { Anchor, Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { IconNote } from '@tabler/icons-react';
import { useState } from 'react';
import { maxTriageLinkLength, maxTriageOwnerLength, maxTriageReasonLength } from '#src/model/limits.ts';
import type { NoteView } from '#src/operations/triage/note-view.ts';
import type { removeNote, setNote } from '#src/operations/triage/notes.ts';
import { callApi, type OutputOf } from '../api/request.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './cause-note.module.css';
import { noteKeys } from './queries.ts';

type Kind = NoteView['kind'];

const kindWords: Record<Kind, string> = {
  product: 'Shop at fault',
  test: 'Test at fault',
  environment: 'Environment at fault',
  investigate: 'To investigate',
};

interface Props {
  cause: string;
  note: NoteView | null;
  /** The note is shown elsewhere. */
  hidesText?: boolean;
}

/** What is known about a cause of failures, and a button to change it. */
export function CauseNote({ cause, note, hidesText = false }: Props) {
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <span className={classes.note}>
      {note && !hidesText && <NoteText note={note} />}
      <ActionButton
        requiredRole="operator"
        size="compact-xs"
        variant="subtle"
        leftSection={<IconNote size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        {note ? 'Edit note' : 'Add note'}
      </ActionButton>
      <Modal opened={opened} onClose={close} title="What is known about this cause">
        <NoteForm cause={cause} note={note} onClose={close} />
      </Modal>
    </span>
  );
}

/** A note: what is at fault, the owner, the text and the issue; with `isLine` on one line, which is cut where there is no room. */
export function NoteText({
  note: { kind, owner, note, link, updatedBy },
  isLine = false,
}: {
  note: NoteView;
  isLine?: boolean;
}) {
  const text = [owner === null ? '' : `(${owner})`, note ?? ''].filter(Boolean).join(': ');
  return (
    <span className={isLine ? classes.line : classes.text} title={`by ${updatedBy}`}>
      <b>{kindWords[kind]}</b> {isLine ? text !== '' && <LongText text={text} isSentence /> : text}{' '}
      {link !== null && (
        // The server takes http and https addresses only.
        <Anchor href={link} target="_blank" rel="noreferrer" inherit>
          {isLine ? <LongText text={shortLink(link)} /> : shortLink(link)}
        </Anchor>
      )}
    </span>
  );
}

/** The last part of an address, which is the number of an issue in most trackers. */
function shortLink(link: string): string {
  const { host, pathname } = new URL(link);
  return pathname.split('/').filter(Boolean).at(-1) ?? host;
}

interface FormProps {
  cause: string;
  note: NoteView | null;
  onClose: () => void;
}

function NoteForm({ cause, note, onClose }: FormProps) {
  const { fields, change, save, remove } = useNoteForm({ cause, note, onClose });
  return (
    <DialogForm
      action={save}
      submitLabel="Save"
      problem={save.error ?? remove.error}
      extraButton={
        note && (
          <Button variant="subtle" loading={remove.isPending} onClick={() => remove.mutate()}>
            Remove
          </Button>
        )
      }
      onClose={onClose}
    >
      <NativeSelect
        label="Kind"
        value={fields.kind}
        data={Object.entries(kindWords).map(([kind, label]) => ({ value: kind, label }))}
        onChange={(event) => change({ kind: event.currentTarget.value as Kind })}
      />
      <TextInput
        label="Note"
        data-autofocus
        maxLength={maxTriageReasonLength}
        value={fields.note}
        onChange={(event) => change({ note: event.currentTarget.value })}
      />
      <TextInput
        label="Issue"
        type="url"
        placeholder="https://tracker.example.com/SHOP-123"
        maxLength={maxTriageLinkLength}
        value={fields.link}
        onChange={(event) => change({ link: event.currentTarget.value })}
      />
      <TextInput
        label="Owner"
        maxLength={maxTriageOwnerLength}
        value={fields.owner}
        onChange={(event) => change({ owner: event.currentTarget.value })}
      />
    </DialogForm>
  );
}

/** The fields of the form, and its requests. */
function useNoteForm({ cause, note, onClose }: FormProps) {
  const [fields, setFields] = useState({
    kind: note?.kind ?? ('investigate' as Kind),
    note: note?.note ?? '',
    link: note?.link ?? '',
    owner: note?.owner ?? '',
  });
  const change = (changes: Partial<typeof fields>) => setFields((before) => ({ ...before, ...changes }));
  const address = `/api/causes/${cause}/note`;
  const revision = note?.revision ?? 0;
  const value = (text: string) => (text.trim() === '' ? null : text);
  const save = useAction({
    run: () =>
      callApi<OutputOf<typeof setNote>>('PUT', address, {
        body: {
          kind: fields.kind,
          note: value(fields.note),
          link: value(fields.link),
          owner: value(fields.owner),
          revision,
        },
      }),
    successMessage: () => 'The note is shown wherever this cause appears.',
    invalidates: noteKeys,
    onSuccess: onClose,
    quiet: true,
  });
  const remove = useAction({
    run: () => callApi<OutputOf<typeof removeNote>>('DELETE', address, { query: { revision } }),
    successMessage: () => 'The note was removed.',
    invalidates: noteKeys,
    onSuccess: onClose,
    quiet: true,
  });
  return { fields, change, save, remove };
}
