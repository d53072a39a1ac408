import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import type { ScheduleView } from '#src/operations/schedules/schedule-view.ts';
import type { addSchedule } from '#src/operations/schedules/schedules.ts';
import { toProblem } from '../../api/problem.ts';
import { callApi, type OutputOf, post } from '../../api/request.ts';
import { nowQuery } from '../../environments/queries.ts';
import { missingInput } from '../../selection/draft.ts';
import { EnvironmentPicker } from '../../selection/environment-picker.tsx';
import { RefField } from '../../selection/ref-field.tsx';
import { RunOptionsFields } from '../../selection/run-options-fields.tsx';
import { SavedPicker } from '../../selection/saved-picker.tsx';
import { SelectionFields } from '../../selection/selection-fields.tsx';
import { usePreview } from '../../selection/use-preview.ts';
import { codesOf, useSaved } from '../../selection/use-saved.ts';
import { fieldProblems } from '../../ui/field-problems.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { FormWithPreview, SubmitBar } from '../../ui/form-with-preview.tsx';
import { NameInput } from '../../ui/name-input.tsx';
import { QueryFallback } from '../../ui/states.tsx';
import { useAction } from '../../ui/use-action.ts';
import { scheduleAddress } from '../queries.ts';
import { fieldsOf, type ScheduleDraft } from './draft.ts';
import { FormPreview, useTimes } from './form-preview.tsx';
import { RecurrenceFields } from './recurrence-fields.tsx';
import { RuleFields } from './rule-fields.tsx';

interface Props {
  title: string;
  /** The schedule as saved; undefined for a new one. */
  saved?: ScheduleView;
  initial: ScheduleDraft;
  onDone: (name: string) => void;
}

/** Adds or edits a schedule, with a preview of its effects. */
export function ScheduleForm({ title, saved, initial, onDone }: Props) {
  const [own, setDraft] = useState(initial);
  const { draft, saved: selection, problem: savedProblem } = useSaved(own);
  const change = (changes: Partial<ScheduleDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const now = useQuery(nowQuery);
  const preview = usePreview(draft);
  const { times, problem } = useTimes(draft, saved);
  const save = useSave({ draft, saved, onDone });
  const saveProblem = save.error ? toProblem(save.error) : undefined;
  const fieldErrors = { ...fieldProblems(saveProblem), ...fieldProblems(problem) };
  const blocker =
    draft.name.trim() === ''
      ? 'Enter a name.'
      : (savedProblem ?? missingInput(draft) ?? (problem && 'Fix the errors first.'));

  if (!now.data) return <QueryFallback what="the environments" query={now} />;
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
            placeholder="nightly"
            value={draft.name}
            problems={fieldErrors}
            onChange={(name) => change({ name })}
          />
          <RecurrenceFields draft={draft} fieldErrors={fieldErrors} onChange={change} />
          <SavedFields draft={draft} selection={selection} problem={savedProblem} onChange={change} />
          {!draft.hasSavedEnvironments && (
            <EnvironmentPicker
              now={now.data}
              selected={draft.environments}
              priority={draft.priority}
              onChange={(environments) => change({ environments })}
            />
          )}
          {draft.saved === undefined && (
            <SelectionFields
              draft={draft}
              onChange={(changes) => setDraft((before) => ({ ...before, ...changes(before) }))}
            />
          )}
          <RuleFields draft={draft} onChange={change} />
          <RefField
            value={draft.ref}
            hasSaved={draft.saved !== undefined}
            error={fieldErrors['ref']}
            onChange={(ref) => change({ ref })}
          />
          <RunOptionsFields options={draft.options} onChange={(options) => change({ options })} />
        </>
      }
      preview={
        <>
          <SubmitBar blocker={blocker} note={blocker} loading={save.isPending} readsTests>
            {saved === undefined ? 'Add schedule' : 'Save'}
          </SubmitBar>
          {Object.keys(fieldProblems(saveProblem)).length === 0 && <FormProblem error={save.error} />}
          <FormPreview draft={draft} times={times} preview={preview} />
        </>
      }
    />
  );
}

interface SavedFieldsProps {
  draft: ScheduleDraft;
  selection: SavedSelectionView | undefined;
  problem: string | undefined;
  onChange: (changes: Partial<ScheduleDraft>) => void;
}

/** Which saved selection the schedule uses, and whether with its environments. */
function SavedFields({ draft, selection, problem, onChange }: SavedFieldsProps) {
  return (
    <>
      <SavedPicker
        name={draft.saved}
        problem={problem}
        onChange={(chosen) => onChange(savedChanges(chosen))}
      />
      {selection && selection.environments.length > 0 && (
        <Checkbox
          size="xs"
          label={`On the environments of ${selection.name}`}
          checked={draft.hasSavedEnvironments}
          onChange={(event) => onChange({ hasSavedEnvironments: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

/** What changes when a saved selection is chosen, or none. */
function savedChanges(saved: SavedSelectionView | undefined): Partial<ScheduleDraft> {
  if (saved === undefined) return { saved: undefined, hasSavedEnvironments: false };
  const environments = codesOf(saved);
  return environments.length === 0
    ? { saved: saved.name, hasSavedEnvironments: false }
    : { saved: saved.name, hasSavedEnvironments: true, environments };
}

interface SaveInput {
  draft: ScheduleDraft;
  saved: ScheduleView | undefined;
  onDone: (name: string) => void;
}

/** Adds the schedule of a draft, or changes and renames the saved one. */
function useSave({ draft, saved, onDone }: SaveInput) {
  return useAction({
    run: (): Promise<OutputOf<typeof addSchedule>> => {
      const { environments, ...fields } = fieldsOf(draft);
      if (saved === undefined)
        return post<typeof addSchedule>('/api/schedules', {
          name: draft.name,
          ...fields,
          ...(environments && { environments }),
        });
      const rename = draft.name.trim() === saved.name ? {} : { rename: draft.name };
      return callApi('PATCH', scheduleAddress(saved.name), { body: { ...fields, environments, ...rename } });
    },
    successMessage: ({ name }) => `${name} was saved.`,
    invalidates: [['schedules']],
    onSuccess: ({ name }) => onDone(name),
    quiet: true,
  });
}
