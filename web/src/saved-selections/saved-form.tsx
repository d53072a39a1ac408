import { TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { maxDescriptionLength, maxPriority } from '#src/model/limits.ts';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import type { addSavedSelection } from '#src/operations/saved-selections/saved-selections.ts';
import { toProblem } from '../api/problem.ts';
import { callApi, type OutputOf, post } from '../api/request.ts';
import { nowQuery } from '../environments/queries.ts';
import { replaceName, selectsNothing } from '../selection/draft.ts';
import { EnvironmentPicker } from '../selection/environment-picker.tsx';
import { PreviewPanel } from '../selection/preview-panel.tsx';
import { RefField } from '../selection/ref-field.tsx';
import { RunOptionsFields } from '../selection/run-options-fields.tsx';
import { savedAddress } from '../selection/saved-query.ts';
import { SelectionFields } from '../selection/selection-fields.tsx';
import { unknownBy } from '../selection/unknown-names.ts';
import { usePreview } from '../selection/use-preview.ts';
import { fieldProblems } from '../ui/field-problems.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { FormWithPreview, SubmitBar } from '../ui/form-with-preview.tsx';
import { NameInput } from '../ui/name-input.tsx';
import { QueryFallback } from '../ui/states.tsx';
import { useAction } from '../ui/use-action.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
import { type SavedDraft, savedFieldsOf } from './saved-draft.ts';

interface Props {
  title: string;
  /** The selection as saved; undefined for a new one. */
  saved?: SavedSelectionView;
  initial: SavedDraft;
  onDone: () => void;
}

/** Adds or edits a saved selection, with a preview of what it covers now. */
export function SavedForm({ title, saved, initial, onDone }: Props) {
  const [draft, setDraft] = useState(initial);
  const change = (changes: Partial<SavedDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const now = useQuery(nowQuery);
  const preview = usePreview(draft);
  const save = useSave({ draft, saved, onDone });
  const problems = fieldProblems(save.error ? toProblem(save.error) : undefined);
  const blocker =
    draft.name.trim() === '' ? 'Enter a name.' : selectsNothing(draft) ? 'Select tests.' : undefined;
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
          <NameFields draft={draft} problems={problems} onChange={change} />
          <EnvironmentPicker
            now={now.data}
            selected={draft.environments}
            priority={draft.priority}
            onChange={(environments) => change({ environments })}
          />
          <SelectionFields
            draft={draft}
            unknown={unknownBy(preview.error)}
            onChange={(changes) => setDraft((before) => ({ ...before, ...changes(before) }))}
          />
          <WholeNumber
            label="Priority"
            description="Runs with a higher priority start first on their environment. Default: 0."
            width={130}
            min={-maxPriority}
            max={maxPriority}
            value={draft.priority}
            onChange={(priority) => change({ priority })}
          />
          <RefField value={draft.ref} error={problems['ref']} onChange={(ref) => change({ ref })} />
          <RunOptionsFields options={draft.options} onChange={(options) => change({ options })} />
        </>
      }
      preview={
        <>
          <SubmitBar blocker={blocker} note={blocker} loading={save.isPending} readsTests>
            {saved === undefined ? 'Add selection' : 'Save'}
          </SubmitBar>
          {Object.keys(problems).length === 0 && <FormProblem error={save.error} />}
          <PreviewPanel
            draft={draft}
            now={now.data}
            preview={selectsNothing(draft) ? undefined : preview.data}
            error={selectsNothing(draft) ? undefined : preview.error}
            isLoading={preview.isLoading}
            isStale={preview.isPlaceholderData}
            onReplace={(name, replacement) =>
              setDraft((before) => ({ ...before, ...replaceName(before, name, replacement) }))
            }
          />
        </>
      }
    />
  );
}

function NameFields({
  draft: { name, description },
  problems,
  onChange,
}: {
  draft: SavedDraft;
  problems: Record<string, string>;
  onChange: (changes: Partial<SavedDraft>) => void;
}) {
  return (
    <>
      <NameInput
        placeholder="nightly"
        value={name}
        problems={problems}
        onChange={(name) => onChange({ name })}
      />
      <TextInput
        label="Description"
        maxLength={maxDescriptionLength}
        autoComplete="off"
        value={description}
        error={problems['description']}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
    </>
  );
}

interface SaveInput {
  draft: SavedDraft;
  saved: SavedSelectionView | undefined;
  onDone: () => void;
}

/** Adds the selection of a draft, or changes and renames the saved one. */
function useSave({ draft, saved, onDone }: SaveInput) {
  return useAction({
    run: (): Promise<OutputOf<typeof addSavedSelection>> => {
      const { name } = draft;
      const fields = savedFieldsOf(draft);
      if (saved === undefined)
        return post<typeof addSavedSelection>('/api/saved-selections', { name, ...fields });
      const rename = name.trim() === saved.name ? {} : { rename: name };
      return callApi('PATCH', savedAddress(saved.name), { body: { ...fields, ...rename } });
    },
    successMessage: ({ name }) => `${name} was saved.`,
    invalidates: [['saved-selections'], ['schedules']],
    onSuccess: onDone,
    quiet: true,
  });
}
