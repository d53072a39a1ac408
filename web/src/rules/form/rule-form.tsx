import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AlertKind } from '#src/model/alert.ts';
import type { RuleConditions } from '#src/model/message-rule.ts';
import type { ChannelKindView } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';
import { toProblem } from '../../api/problem.ts';
import { callApi } from '../../api/request.ts';
import { nowQuery } from '../../environments/queries.ts';
import type { RuleView } from '../../messages/types.ts';
import { schedulesQuery } from '../../schedules/queries.ts';
import { savedSelectionsQuery } from '../../selection/saved-query.ts';
import { fieldProblems } from '../../ui/field-problems.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { FormWithPreview, SubmitBar } from '../../ui/form-with-preview.tsx';
import { NameInput } from '../../ui/name-input.tsx';
import { NamesInput } from '../../ui/names-input.tsx';
import { useAction } from '../../ui/use-action.ts';
import { ruleAddress } from '../queries.ts';
import { OccasionFields } from './occasion-fields.tsx';
import { type RuleDraft, ruleFieldsOf } from './rule-draft.ts';
import { RuleTrial } from './rule-trial.tsx';
import { TimeFields } from './time-fields.tsx';

interface Props {
  title: string;
  channels: readonly ChannelView[];
  kinds: readonly ChannelKindView[];
  /** The rule as saved; undefined for a new one. */
  saved?: RuleView;
  initial: RuleDraft;
  onDone: () => void;
}

/** Adds or edits a rule, with its sentence and what it would have sent last week. */
export function RuleForm({ title, channels, kinds, saved, initial, onDone }: Props) {
  const [draft, setDraft] = useState(initial);
  const change = (changes: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const channel = channels.find(({ name }) => name === draft.channel);
  const kind = kinds.find((each) => each.kind === channel?.kind);
  const save = useSave({ draft, saved, onDone });
  const problems = fieldProblems(save.error ? toProblem(save.error) : undefined);
  const blocker = blockerOf(draft, channel);
  const submit = () => {
    if (blocker === undefined && !save.isPending) save.mutate();
  };
  return (
    <FormWithPreview
      title={title}
      onSubmit={submit}
      fields={
        <>
          <NameInput
            placeholder="qa nights"
            value={draft.name}
            problems={problems}
            onChange={(name) => change({ name })}
          />
          <NativeSelect
            label="Channel"
            data={channelOptions(channels, draft.channel)}
            value={draft.channel}
            error={problems['channel']}
            onChange={(event) => change({ channel: event.currentTarget.value, recipients: [] })}
          />
          {kind?.abilities.recipients && (
            <NamesInput
              label="Recipients"
              description="E-mail addresses or ids of members"
              placeholder="those of the channel"
              names={draft.recipients}
              error={problems['recipients']}
              onChange={(recipients) => change({ recipients })}
            />
          )}
          <OccasionFields
            occasions={draft.occasions}
            error={problems['occasions']}
            onChange={(occasions) => change({ occasions })}
          />
          <ConditionFields
            conditions={draft.conditions}
            hasAlerts={draft.occasions.includes('alert')}
            problems={problems}
            onChange={(conditions) => change({ conditions: { ...draft.conditions, ...conditions } })}
          />
          <TimeFields times={draft} problems={problems} onChange={change} />
        </>
      }
      preview={
        <>
          <SubmitBar blocker={blocker} note={blocker} loading={save.isPending}>
            {saved === undefined ? 'Add rule' : 'Save'}
          </SubmitBar>
          {Object.keys(problems).length === 0 && <FormProblem error={save.error} />}
          <RuleTrial draft={draft} />
        </>
      }
    />
  );
}

function blockerOf(draft: RuleDraft, channel: ChannelView | undefined): string | undefined {
  if (draft.name.trim() === '') return 'Enter a name.';
  if (channel === undefined) return 'Choose a channel.';
  if (draft.occasions.length === 0 && !draft.hasDigest) return 'Choose when it sends.';
  return undefined;
}

function channelOptions(channels: readonly ChannelView[], selected: string) {
  const options = channels.map(({ name, disabled }) => ({
    value: name,
    label: disabled ? `${name} (off)` : name,
  }));
  const isMissing = !channels.some(({ name }) => name === selected);
  return isMissing
    ? [{ value: selected, label: selected === '' ? 'Choose a channel' : selected }, ...options]
    : options;
}

const alertKinds = Object.keys({
  'disk-full': true,
  'worker-lost': true,
  'schedule-failed': true,
  'environment-broken': true,
  'queue-old': true,
  'engine-unreachable': true,
  'certificate-ends': true,
  'doctor-finding': true,
} satisfies Record<AlertKind, true>);

interface ConditionProps {
  conditions: RuleConditions;
  hasAlerts: boolean;
  problems: Record<string, string>;
  onChange: (changes: Partial<RuleConditions>) => void;
}

/** Which submissions a rule is about. */
function ConditionFields({ conditions, hasAlerts, problems, onChange }: ConditionProps) {
  const { data: now } = useQuery(nowQuery);
  const { data: schedules } = useQuery(schedulesQuery);
  const { data: selections } = useQuery(savedSelectionsQuery);
  const field = (name: keyof RuleConditions) => ({
    names: conditions[name],
    error: problems[name],
    onChange: (names: string[]) => onChange({ [name]: names }),
  });
  return (
    <>
      <NamesInput
        label="Schedules"
        placeholder="all, and submissions of users and pipelines"
        suggestions={schedules?.schedules.map(({ name }) => name) ?? []}
        {...field('schedules')}
      />
      <NamesInput
        label="Saved selections"
        placeholder="all"
        suggestions={selections?.savedSelections.map(({ name }) => name) ?? []}
        {...field('saved')}
      />
      <NamesInput
        label="Environments"
        description="Codes, or patterns such as stage-*"
        placeholder="all"
        suggestions={now?.lanes.map(({ code }) => code) ?? []}
        {...field('environments')}
      />
      <NamesInput
        label="Branches of the test module"
        description="Names, or patterns such as release/*"
        placeholder="all"
        {...field('branches')}
      />
      <NamesInput
        label="Requested by"
        description="Users and programs, or patterns such as token *"
        placeholder="all"
        {...field('requesters')}
      />
      {hasAlerts && (
        <NamesInput label="Kinds of alerts" placeholder="all" suggestions={alertKinds} {...field('alerts')} />
      )}
    </>
  );
}

interface SaveInput {
  draft: RuleDraft;
  saved: RuleView | undefined;
  onDone: () => void;
}

function useSave({ draft, saved, onDone }: SaveInput) {
  return useAction({
    run: (): Promise<RuleView> => {
      const { name } = draft;
      const fields = ruleFieldsOf(draft);
      if (saved === undefined) return callApi('POST', '/api/rules', { body: { name, ...fields } });
      const rename = name.trim() === saved.name ? {} : { rename: name };
      return callApi('PATCH', ruleAddress(saved.name), { body: { ...fields, ...rename } });
    },
    successMessage: ({ name }) => `${name} was saved.`,
    invalidates: [['rules']],
    onSuccess: onDone,
    quiet: true,
  });
}
