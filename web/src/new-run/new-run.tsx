import { Anchor, Checkbox, Kbd } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { toProblem } from '../api/problem.ts';
import { useRefusal } from '../api/session.ts';
import { nowQuery } from '../environments/queries.ts';
import { distinct, distinctNames, maxPriority, missingInput, replaceName } from '../selection/draft.ts';
import { EnvironmentPicker } from '../selection/environment-picker.tsx';
import { NamePicker } from '../selection/name-picker.tsx';
import { PreviewPanel } from '../selection/preview-panel.tsx';
import { unknownNames } from '../selection/unknown-names.ts';
import { usePreview } from '../selection/use-preview.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { plural } from '../ui/format.ts';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
import classes from './new-run.module.css';
import { Submitted } from './submitted.tsx';
import { useDraft } from './use-draft.ts';
import { type Submitted as Runs, useSubmit } from './use-submit.ts';

/** The form that submits runs, with a live preview of what they will execute, where and when. */
export default function NewRun() {
  useTitle('New run');
  const now = useQuery(nowQuery);
  const [draft, change] = useDraft();
  const preview = usePreview(draft);
  const [submitted, setSubmitted] = useState<Runs>();
  const submit = useSubmit(draft, setSubmitted);

  const refusal = useRefusal('operator');
  const blocker = missingInput(draft) ?? (preview.error ? 'Fix the selection first.' : undefined);
  const canSubmit = blocker === undefined && refusal === undefined && !submit.isPending && !submitted;
  useHotkeys([['mod+Enter', () => canSubmit && submit.mutate()]], []);

  if (!now.data) return <QueryFallback what="the environments" query={now} />;
  if (now.data.lanes.length === 0) return <NoEnvironment />;

  const problem = preview.error ? toProblem(preview.error) : undefined;
  const unknown = new Set(
    problem?.code === 'SELECTION_UNKNOWN' ? unknownNames(problem.message).map(({ name }) => name) : [],
  );
  const isUnknown = (name: string) => name.split(':').some((part) => unknown.has(part));
  const replace = (name: string, replacement: string | undefined) =>
    change((before) => replaceName(before, name, replacement));
  const { length } = draft.environments;

  return (
    <form
      className={classes.view}
      onSubmit={(event) => {
        event.preventDefault();
        if (canSubmit) submit.mutate();
      }}
    >
      <h1 className={classes.title}>New run</h1>
      <div className={classes.form}>
        <EnvironmentPicker
          now={now.data}
          selected={draft.environments}
          priority={draft.priority}
          onChange={(environments) => change(() => ({ environments }))}
        />
        <div className={classes.names}>
          <NamePicker
            label="Tests"
            description="Groups, suites or tests. Suite:Test selects a test in one suite. You can paste a list."
            placeholder={draft.all ? 'All tests' : 'smoke, CheckoutSuite, GuestCheckoutTest …'}
            disabled={draft.all}
            selected={draft.names}
            unknown={isUnknown}
            onAdd={(names) => change((before) => ({ names: distinctNames([...before.names, ...names]) }))}
            onRemove={({ kind, name }) =>
              change((before) => ({
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
              change(() => ({ all }));
            }}
          />
        </div>
        <NamePicker
          label="Exclude"
          description="Always excluded, even if selected above."
          placeholder="Nothing excluded"
          showsKind={false}
          selected={draft.exclude.map((name) => ({ kind: 'test', name }))}
          unknown={isUnknown}
          onAdd={(names) =>
            change((before) => ({ exclude: distinct([...before.exclude, ...names.map(({ name }) => name)]) }))
          }
          onRemove={({ name }) =>
            change((before) => ({ exclude: before.exclude.filter((each) => each !== name) }))
          }
        />
        <WholeNumber
          label="Priority"
          description="Runs with a higher priority start first on their environment. Default: 0."
          width={130}
          min={-maxPriority}
          max={maxPriority}
          value={draft.priority}
          onChange={(priority) => change(() => ({ priority }))}
        />
      </div>
      <aside className={classes.preview} aria-label="Preview">
        {submitted ? (
          <Submitted runs={submitted} now={now.data} onClose={() => setSubmitted(undefined)} />
        ) : (
          <>
            <div className={classes.submit}>
              <ActionButton
                requiredRole="operator"
                disabledReason={blocker}
                type="submit"
                size="sm"
                leftSection={<IconPlayerPlay size={16} aria-hidden />}
                loading={submit.isPending}
              >
                {length > 1 ? `Start ${plural(length, 'run')}` : 'Start run'}
              </ActionButton>
              <span className={classes.blocker}>
                {refusal ?? blocker ?? (
                  <>
                    or <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
                  </>
                )}
              </span>
            </div>
            <PreviewPanel
              draft={draft}
              now={now.data}
              preview={draft.all || draft.names.length > 0 ? preview.data : undefined}
              error={draft.all || draft.names.length > 0 ? preview.error : undefined}
              isLoading={preview.isLoading}
              isStale={preview.isPlaceholderData}
              onReplace={replace}
            />
          </>
        )}
      </aside>
    </form>
  );
}

function NoEnvironment() {
  return (
    <EmptyState title="No environments yet">
      <Anchor component={Link} href="/environments" underline="always">
        Add an environment
      </Anchor>{' '}
      first: a code, the URL of the shop, and the user for its admin panel.
    </EmptyState>
  );
}
