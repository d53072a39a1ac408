import { Checkbox, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { addSchedule } from '../../../../src/operations/schedules/schedules.ts';
import { toProblem } from '../../api/problem.ts';
import { callApi, type OutputOf, post } from '../../api/request.ts';
import { nowQuery } from '../../environments/queries.ts';
import layout from '../../new-run/new-run.module.css';
import { distinct, distinctNames, missingInput } from '../../selection/draft.ts';
import { EnvironmentPicker } from '../../selection/environment-picker.tsx';
import { NamePicker } from '../../selection/name-picker.tsx';
import { usePreview } from '../../selection/use-preview.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { fieldProblems } from '../../ui/field-problems.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { QueryFallback } from '../../ui/states.tsx';
import { useAction } from '../../ui/use-action.ts';
import { scheduleAddress } from '../queries.ts';
import { fieldsOf, type ScheduleDraft } from './draft.ts';
import { FormPreview, useTimes } from './form-preview.tsx';
import { RhythmFields } from './rhythm-fields.tsx';
import { RuleFields } from './rule-fields.tsx';

interface Props {
  title: string;
  /** The saved name; undefined for a new schedule. */
  savedName?: string;
  initial: ScheduleDraft;
  onDone: (name: string) => void;
}

/** Adds or edits a schedule, with a preview of its effects. */
export function ScheduleForm({ title, savedName, initial, onDone }: Props) {
  const [draft, setDraft] = useState(initial);
  const change = (changes: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const now = useQuery(nowQuery);
  const preview = usePreview(draft);
  const { times, problem } = useTimes(draft);
  const save = useAction({
    run: (): Promise<OutputOf<typeof addSchedule>> => {
      const fields = fieldsOf(draft);
      if (savedName === undefined)
        return post<typeof addSchedule>('/api/schedules', { name: draft.name, ...fields });
      const rename = draft.name.trim() === savedName ? {} : { rename: draft.name };
      return callApi('PATCH', scheduleAddress(savedName), { body: { ...fields, ...rename } });
    },
    successMessage: ({ name }) => `${name} is saved.`,
    invalidates: [['schedules']],
    onSuccess: ({ name }) => onDone(name),
    quiet: true,
  });
  const saveProblem = save.error ? toProblem(save.error) : undefined;
  const fieldErrors = { ...fieldProblems(saveProblem), ...fieldProblems(problem) };
  const blocker =
    draft.name.trim() === ''
      ? 'Enter a name.'
      : (missingInput(draft) ?? (problem && 'Fix the errors first.'));

  if (!now.data) return <QueryFallback what="the environments" query={now} />;
  return (
    <form
      className={layout.view}
      onSubmit={(event) => {
        event.preventDefault();
        if (blocker === undefined && !save.isPending) save.mutate();
      }}
    >
      <h1 className={layout.title}>{title}</h1>
      <div className={layout.form}>
        <TextInput
          label="Name"
          placeholder="nightly"
          required
          withAsterisk={false}
          maxLength={100}
          autoComplete="off"
          value={draft.name}
          error={fieldErrors['name'] ?? fieldErrors['rename']}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        <RhythmFields draft={draft} fieldErrors={fieldErrors} onChange={change} />
        <EnvironmentPicker
          now={now.data}
          selected={draft.environments}
          priority={draft.priority}
          onChange={(environments) => change({ environments })}
        />
        <SelectionFields draft={draft} onChange={setDraft} />
        <RuleFields draft={draft} onChange={change} />
      </div>
      <aside className={layout.preview} aria-label="Preview">
        <div className={layout.submit}>
          <ActionButton
            requiredRole="operator"
            disabledReason={blocker}
            type="submit"
            size="sm"
            loading={save.isPending}
          >
            {savedName === undefined ? 'Add schedule' : 'Save'}
          </ActionButton>
          <span className={layout.blocker}>{blocker}</span>
        </div>
        {saveProblem && Object.keys(fieldProblems(saveProblem)).length === 0 && (
          <FormProblem error={save.error} />
        )}
        <FormPreview draft={draft} times={times} preview={preview} />
      </aside>
    </form>
  );
}

interface SelectionProps {
  draft: ScheduleDraft;
  onChange: (change: (before: ScheduleDraft) => ScheduleDraft) => void;
}

function SelectionFields({ draft, onChange }: SelectionProps) {
  return (
    <>
      <div className={layout.names}>
        <NamePicker
          label="Tests"
          description="Groups, suites or tests. Suite:Test selects a test in one suite. You can paste a list."
          placeholder={draft.all ? 'All tests' : 'smoke, CheckoutSuite, GuestCheckoutTest …'}
          disabled={draft.all}
          selected={draft.names}
          onAdd={(names) =>
            onChange((before) => ({ ...before, names: distinctNames([...before.names, ...names]) }))
          }
          onRemove={({ kind, name }) =>
            onChange((before) => ({
              ...before,
              names: before.names.filter((each) => each.kind !== kind || each.name !== name),
            }))
          }
        />
        <Checkbox
          size="xs"
          label="All tests in the catalog"
          checked={draft.all}
          onChange={(event) => {
            const all = event.currentTarget.checked;
            onChange((before) => ({ ...before, all }));
          }}
        />
      </div>
      <NamePicker
        label="Exclude"
        description="Always excluded, even if selected above."
        placeholder="Nothing excluded"
        showsKind={false}
        selected={draft.exclude.map((name) => ({ kind: 'test', name }))}
        onAdd={(names) =>
          onChange((before) => ({
            ...before,
            exclude: distinct([...before.exclude, ...names.map(({ name }) => name)]),
          }))
        }
        onRemove={({ name }) =>
          onChange((before) => ({ ...before, exclude: before.exclude.filter((each) => each !== name) }))
        }
      />
    </>
  );
}
