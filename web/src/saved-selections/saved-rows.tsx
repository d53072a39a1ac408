import { Anchor, Button } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { Link, useLocation } from 'wouter';
import type { SavedSelectionView } from '#src/operations/saved-selections/saved-selection-view.ts';
import { useRefusal } from '../api/session.ts';
import { optionsOf, writeDraft } from '../selection/draft.ts';
import { savedPage } from '../selection/saved-query.ts';
import { codesOf } from '../selection/use-saved.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { SwitchButton } from '../ui/switch-button.tsx';
import { type Column, DataTable, roomForSentences } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import classes from './saved-selections.module.css';
import { useRemove, useSwitch } from './use-saved-actions.ts';

const columns: Column<SavedSelectionView>[] = [
  { name: 'Name', width: 10, share: 2, value: (saved) => <Name saved={saved} /> },
  { name: 'Tests', width: 10, share: 3, value: ({ summary }) => <LongText text={summary} /> },
  {
    name: 'Environments',
    width: 8,
    share: 2,
    value: ({ environments }) =>
      environments.length === 0 ? (
        <span className={classes.dim}>chosen for each run</span>
      ) : (
        <LongText text={environments.map(({ code }) => code).join(', ')} />
      ),
  },
  {
    name: 'Schedules',
    width: 7,
    share: 1,
    value: ({ schedules }) => schedules.length > 0 && <LongText text={schedules.join(', ')} />,
  },
  {
    name: 'Changed',
    width: 'fit',
    value: ({ changedAt }) => (
      <span className={classes.dim}>
        <Time at={changedAt} />
      </span>
    ),
  },
];

export function SavedRows({ savedSelections }: { savedSelections: readonly SavedSelectionView[] }) {
  return (
    <DataTable
      label="Saved selections"
      rows={savedSelections}
      rowKey={({ id }) => id}
      cardsBelow={roomForSentences}
      columns={columns}
      isDim={({ disabled }) => disabled !== null}
      actions={(saved) => <Tools saved={saved} />}
    />
  );
}

function Name({ saved: { name, description, problem, disabled } }: { saved: SavedSelectionView }) {
  return (
    <>
      <Anchor component={Link} href={savedPage(name)} fw={600}>
        <LongText text={name} />
      </Anchor>
      {description !== '' && (
        <div className={classes.dim}>
          <LongText text={description} isSentence />
        </div>
      )}
      {disabled && <div className={classes.problem}>Off, by {disabled.by}</div>}
      {problem && <div className={classes.problem}>{problem}</div>}
    </>
  );
}

/** The address of the form for a run of a saved selection. */
function runAddress(saved: SavedSelectionView): string {
  const { name, priority, options, ref } = saved;
  const draft = { environments: codesOf(saved), all: false, names: [], exclude: [], priority, saved: name };
  return `/new?${writeDraft({ ...draft, options: optionsOf(options), ref: ref ?? '' })}`;
}

function Tools({ saved }: { saved: SavedSelectionView }) {
  const { name, disabled, schedules } = saved;
  const [, go] = useLocation();
  const refusal = useRefusal('operator');
  const toggle = useSwitch(saved);
  const remove = useRemove(saved);
  return (
    <>
      <ActionButton
        requiredRole="operator"
        variant="default"
        size="compact-xs"
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
        aria-label={`Run ${name}`}
        {...(disabled && { disabledReason: `${name} is switched off.` })}
        onClick={() => go(runAddress(saved))}
      >
        Run
      </ActionButton>
      <SwitchButton name={name} isOff={disabled !== null} toggle={toggle} />
      {refusal === undefined && (
        <>
          <Button
            component={Link}
            href={`/new-saved-selection?from=${encodeURIComponent(name)}`}
            variant="subtle"
            size="compact-xs"
            aria-label={`Duplicate ${name}`}
          >
            Duplicate
          </Button>
          <ConfirmButton
            label="Remove"
            accessibleName={`Remove ${name}`}
            question={
              schedules.length > 0
                ? `These schedules use it, so it cannot be removed: ${schedules.join(', ')}.`
                : 'Its runs are kept.'
            }
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          />
        </>
      )}
    </>
  );
}
