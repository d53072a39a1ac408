import { Anchor, Button } from '@mantine/core';
import { Link } from 'wouter';
import { ruleSentence } from '#src/model/rule-sentence.ts';
import { useRefusal } from '../api/session.ts';
import type { RuleView } from '../messages/types.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { StatusBadge } from '../ui/status.tsx';
import { SwitchButton } from '../ui/switch-button.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { rulePage } from './queries.ts';
import classes from './rules.module.css';
import { useRemoveRule, useSwitchRule } from './use-rule-actions.ts';

interface Props {
  rules: readonly RuleView[];
}

export function RuleRows({ rules }: Props) {
  const columns: Column<RuleView>[] = [
    {
      name: 'Name',
      width: 10,
      share: 1,
      value: ({ name }) => (
        <Anchor component={Link} href={rulePage(name)} fw={600}>
          <LongText text={name} />
        </Anchor>
      ),
    },
    {
      name: 'What is sent where',
      width: 18,
      share: 2,
      wraps: true,
      card: 'bare',
      value: (rule) => <Words rule={rule} />,
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
  return (
    <DataTable
      label="Rules"
      rows={rules}
      rowKey={({ id }) => id}
      columns={columns}
      isDim={({ disabled }) => disabled !== null}
      actions={(rule) => <Tools rule={rule} />}
    />
  );
}

function Words({ rule }: { rule: RuleView }) {
  const { disabled, problem, nextDigestAt } = rule;
  return (
    <>
      <span className={classes.sentence}>{ruleSentence(rule)}</span>
      {nextDigestAt !== null && disabled === null && (
        <div className={classes.dim}>
          Next digest <Time at={nextDigestAt} />
        </div>
      )}
      {disabled && (
        <div className={classes.dim}>
          <StatusBadge status="cancelled">off</StatusBadge> since <Time at={disabled.since} />, by{' '}
          <LongText text={disabled.by} />
        </div>
      )}
      {problem && <div className={classes.problem}>{problem}</div>}
    </>
  );
}

function Tools({ rule }: { rule: RuleView }) {
  const { name, disabled } = rule;
  const refusal = useRefusal('operator');
  const toggle = useSwitchRule(rule);
  const remove = useRemoveRule(rule);
  return (
    <>
      <SwitchButton name={name} isOff={disabled !== null} toggle={toggle} />
      {refusal === undefined && (
        <>
          <Button
            component={Link}
            href={`/new-rule?from=${encodeURIComponent(name)}`}
            variant="subtle"
            size="compact-xs"
            aria-label={`Duplicate ${name}`}
          >
            Duplicate
          </Button>
          <ConfirmButton
            label="Remove"
            accessibleName={`Remove ${name}`}
            question="It announces nothing any more. Messages that wait are still sent."
            busy={remove.isPending}
            onConfirm={() => remove.mutate()}
          />
        </>
      )}
    </>
  );
}
