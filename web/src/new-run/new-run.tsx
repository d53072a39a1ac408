import { Anchor, Button, Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { maxPriority } from '#src/model/limits.ts';
import { useRefusal } from '../api/session.ts';
import { type Now, nowQuery } from '../environments/queries.ts';
import { ChangedSinceField } from '../selection/changed-since-field.tsx';
import {
  changedSinceOf,
  type Draft,
  missingInput,
  optionsOf,
  replaceName,
  selectsNothing,
  writeDraft,
} from '../selection/draft.ts';
import { EnvironmentPicker } from '../selection/environment-picker.tsx';
import { PreviewPanel } from '../selection/preview-panel.tsx';
import { RefField } from '../selection/ref-field.tsx';
import { RunOptionsFields } from '../selection/run-options-fields.tsx';
import { SavedPicker } from '../selection/saved-picker.tsx';
import { SelectionFields } from '../selection/selection-fields.tsx';
import { unknownBy } from '../selection/unknown-names.ts';
import { usePreview } from '../selection/use-preview.ts';
import { codesOf, useSaved } from '../selection/use-saved.ts';
import { FormWithPreview, SubmitBar } from '../ui/form-with-preview.tsx';
import { plural } from '../ui/format.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
import { Submitted } from './submitted.tsx';
import { type ChangeDraft, useDraft } from './use-draft.ts';
import { type Submitted as Runs, useSubmit } from './use-submit.ts';

/** The form that submits runs, with a live preview of what they will execute, where and when. */
export default function NewRun() {
  useTitle('New run');
  const now = useQuery(nowQuery);
  const [own, change] = useDraft();
  const { draft, problem } = useSaved(own);
  const preview = usePreview(draft);
  if (!now.data) return <QueryFallback what="the environments" query={now} />;
  if (now.data.lanes.length === 0) return <NoEnvironment />;
  return <RunForm now={now.data} draft={draft} problem={problem} change={change} preview={preview} />;
}

interface Props {
  now: Now;
  /** With the tests of its saved selection. */
  draft: Draft;
  /** Why its saved selection cannot be used. */
  problem: string | undefined;
  change: ChangeDraft;
  preview: ReturnType<typeof usePreview>;
}

const fixFirst = ({ saved }: Draft) =>
  saved === undefined ? 'Fix the selection first.' : 'Edit the saved selection first.';

function RunForm({ now, draft, problem, change, preview }: Props) {
  const [submitted, setSubmitted] = useState<Runs>();
  const submit = useSubmit(draft, setSubmitted);
  const refusal = useRefusal('operator');
  const blocker = problem ?? missingInput(draft) ?? (preview.error ? fixFirst(draft) : undefined);
  const isEmpty = selectsNothing(draft) && !changedSinceOf(draft).isOfAll;
  const submitOnce = () => {
    if (blocker === undefined && refusal === undefined && !submit.isPending && !submitted) submit.mutate();
  };
  useHotkeys([['mod+Enter', submitOnce]], []);

  const { length } = draft.environments;
  return (
    <FormWithPreview
      title="New run"
      onSubmit={submitOnce}
      fields={<Fields now={now} draft={draft} problem={problem} change={change} error={preview.error} />}
      preview={
        submitted ? (
          <Submitted runs={submitted} now={now} onClose={() => setSubmitted(undefined)} />
        ) : (
          <>
            <SubmitBar
              blocker={blocker}
              note={refusal ?? blocker ?? <SubmitKeys />}
              leftSection={<IconPlayerPlay size={16} aria-hidden />}
              loading={submit.isPending}
              readsTests
            >
              {length > 1 ? `Start ${plural(length, 'run')}` : 'Start run'}
            </SubmitBar>
            <PreviewPanel
              draft={draft}
              now={now}
              preview={isEmpty ? undefined : preview.data}
              error={isEmpty ? undefined : preview.error}
              isLoading={preview.isLoading}
              isStale={preview.isPlaceholderData}
              onReplace={
                draft.saved === undefined
                  ? (name, replacement) => change((before) => replaceName(before, name, replacement))
                  : undefined
              }
            />
          </>
        )
      }
    />
  );
}

interface FieldsProps extends Pick<Props, 'now' | 'draft' | 'problem' | 'change'> {
  /** Why there is no preview. */
  error: unknown;
}

function Fields({ now, draft, problem, change, error }: FieldsProps) {
  return (
    <>
      <EnvironmentPicker
        now={now}
        selected={draft.environments}
        priority={draft.priority}
        onChange={(environments) => change(() => ({ environments }))}
      />
      <SavedPicker
        name={draft.saved}
        problem={problem}
        onChange={(saved) =>
          change(() =>
            saved === undefined
              ? { saved: undefined }
              : {
                  saved: saved.name,
                  environments: codesOf(saved),
                  priority: saved.priority,
                  options: optionsOf(saved.options),
                  ref: saved.ref ?? '',
                },
          )
        }
      />
      {draft.saved === undefined && (
        <SelectionFields draft={draft} unknown={unknownBy(error)} onChange={change} />
      )}
      {draft.saved === undefined && !selectsNothing(draft) && (
        <span>
          <Button
            component={Link}
            href={`/new-saved-selection?${writeDraft(draft)}`}
            variant="subtle"
            size="compact-xs"
          >
            Save this selection
          </Button>
        </span>
      )}
      <WholeNumber
        label="Priority"
        description="Runs with a higher priority start first on their environment. Default: 0."
        width={130}
        min={-maxPriority}
        max={maxPriority}
        value={draft.priority}
        onChange={(priority) => change(() => ({ priority }))}
      />
      <RefField
        value={draft.ref}
        hasSaved={draft.saved !== undefined}
        onChange={(ref) => change(() => ({ ref }))}
      />
      <ChangedSinceField draft={draft} onChange={(changes) => change(() => changes)} />
      <RunOptionsFields options={draft.options} onChange={(options) => change(() => ({ options }))} />
    </>
  );
}

function SubmitKeys() {
  return (
    <>
      or <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
    </>
  );
}

function NoEnvironment() {
  return (
    <EmptyState title="No environments yet">
      <Anchor component={Link} href="/environments">
        Add an environment
      </Anchor>{' '}
      first: a code, the URL of the shop, and the user for its admin panel.
    </EmptyState>
  );
}
