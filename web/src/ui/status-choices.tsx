import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { type Status, StatusSign } from './status.tsx';
import classes from './status-choices.module.css';

/** A row of statuses, of which one is selected. */
export function StatusChoices({
  label = 'Filter by status',
  children,
}: {
  label?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: the default style of a fieldset cannot be reset everywhere
    <div role="group" aria-label={label} className={classes.choices}>
      {children}
    </div>
  );
}

interface Props {
  /** The sign before the label; none for all statuses. */
  status?: Status;
  /** Another sign, of something that is no status. */
  sign?: ReactNode;
  label: string;
  /** How many have the status. */
  count?: number;
  isSelected: boolean;
  onSelect: () => void;
}

export function StatusChoice({ status, sign, label, count, isSelected, onSelect }: Props) {
  return (
    <UnstyledButton className={classes.choice} aria-pressed={isSelected} onClick={onSelect}>
      {status !== undefined && <StatusSign status={status} size={12} />}
      {sign}
      {label}
      {count !== undefined && <span className={classes.count}>{count.toLocaleString()}</span>}
    </UnstyledButton>
  );
}
