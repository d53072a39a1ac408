import { Checkbox, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { ChannelKindView } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import { toProblem } from '../api/problem.ts';
import { callApi } from '../api/request.ts';
import { isForge } from '../messages/queries.ts';
import { fieldProblems } from '../ui/field-problems.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { FormWithPreview, SubmitBar } from '../ui/form-with-preview.tsx';
import { NameInput } from '../ui/name-input.tsx';
import { useAction } from '../ui/use-action.ts';
import {
  type ChannelDraft,
  channelFieldsOf,
  missingFields,
  newChannelDraft,
  withoutNulls,
} from './channel-draft.ts';
import { ChannelFields } from './channel-fields.tsx';
import classes from './channels.module.css';
import { channelAddress } from './queries.ts';

interface Props {
  title: string;
  kinds: readonly ChannelKindView[];
  /** The channel as saved; undefined for a new one. */
  saved?: ChannelView;
  initial: ChannelDraft;
  onDone: (name: string) => void;
}

/** Adds or edits a channel. The fields are those of its kind. */
export function ChannelForm({ title, kinds, saved, initial, onDone }: Props) {
  const [draft, setDraft] = useState(initial);
  const change = (changes: Partial<ChannelDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const kind = kinds.find((each) => each.kind === draft.kind);
  const save = useSave({ draft, kind, saved, onDone });
  const problems = fieldProblems(save.error ? toProblem(save.error) : undefined);
  const missing = kind === undefined ? [] : missingFields(draft, kind, saved?.secrets);
  const blocker =
    draft.name.trim() === ''
      ? 'Enter a name.'
      : missing.length > 0
        ? `Missing: ${missing.join(', ')}.`
        : undefined;
  const selectKind = (name: string) => {
    const selected = kinds.find((each) => each.kind === name);
    const { personal } = draft;
    if (selected) setDraft({ ...newChannelDraft(selected), name: draft.name, personal });
  };
  const submit = () => {
    if (blocker === undefined && !save.isPending) save.mutate();
  };
  return (
    <FormWithPreview
      title={title}
      onSubmit={submit}
      fields={
        <>
          {saved === undefined && (
            <NativeSelect
              label="Kind"
              data={kinds.map((each) => ({ value: each.kind, label: each.title }))}
              value={draft.kind}
              onChange={(event) => selectKind(event.currentTarget.value)}
            />
          )}
          <NameInput
            placeholder="Slack qa"
            value={draft.name}
            problems={problems}
            onChange={(name) => change({ name })}
          />
          {kind && (
            <ChannelFields
              kind={kind}
              draft={draft}
              stored={saved?.secrets ?? {}}
              problems={problems}
              onChange={change}
            />
          )}
          <Checkbox
            size="xs"
            label="Users may subscribe to it"
            description="On their account page, for messages to themselves"
            checked={draft.personal}
            onChange={(event) => change({ personal: event.currentTarget.checked })}
          />
        </>
      }
      preview={
        <>
          <SubmitBar blocker={blocker} note={blocker} loading={save.isPending}>
            {saved === undefined ? 'Add channel' : 'Save'}
          </SubmitBar>
          <FormProblem error={save.error} />
          {kind && <KindFacts kind={kind} />}
        </>
      }
    />
  );
}

/** What messages of a kind of channel are like, and what comes after the form. */
function KindFacts({ kind }: { kind: ChannelKindView }) {
  const { title, abilities } = kind;
  return (
    <section aria-labelledby="kind-facts">
      <h2 id="kind-facts">{title}</h2>
      <ul className={classes.facts}>
        {isForge(kind) ? (
          <>
            <li>The status of a commit, and one comment for a pull or merge request, edited in place.</li>
            <li>For all submissions whose commit is in its projects. It needs no rule.</li>
          </>
        ) : (
          <li>
            {abilities.edit
              ? 'One message for each submission, updated while it runs.'
              : 'One message at the end of each submission: it cannot be changed later.'}
          </li>
        )}
        {abilities.thread && <li>The failures are replies in its thread.</li>}
        {abilities.recipients && <li>A rule or a subscription may name other recipients.</li>}
        <li>Secrets are stored encrypted and never shown again.</li>
        <li>
          {isForge(kind)
            ? 'Next: send a test from the list.'
            : 'Next: send a test from the list, then add a rule that says what is sent.'}
        </li>
      </ul>
    </section>
  );
}

interface SaveInput {
  draft: ChannelDraft;
  kind: ChannelKindView | undefined;
  saved: ChannelView | undefined;
  onDone: (name: string) => void;
}

function useSave({ draft, kind, saved, onDone }: SaveInput) {
  return useAction({
    run: (): Promise<ChannelView> => {
      const { name } = draft;
      const fields = channelFieldsOf(draft, kind ?? { settings: [] });
      if (saved === undefined) {
        const { settings, secrets = {}, personal } = fields;
        const body = {
          ...{ name, kind: draft.kind, personal },
          settings: withoutNulls(settings),
          secrets: withoutNulls(secrets),
        };
        return callApi('POST', '/api/channels', { body });
      }
      const rename = name.trim() === saved.name ? {} : { rename: name };
      return callApi('PATCH', channelAddress(saved.name), { body: { ...fields, ...rename } });
    },
    successMessage: ({ name }) => `${name} was saved.`,
    invalidates: [['channels'], ['rules']],
    onSuccess: ({ name }) => onDone(name),
    quiet: true,
  });
}
