import { StatusChoice } from '../ui/status-choices.tsx';
import { LevelSign } from './level.tsx';
import type { Level } from './queries.ts';

interface Props {
  /** None for all levels. */
  level?: Level | undefined;
  label?: string;
  count?: number;
  isSelected: boolean;
  onSelect: () => void;
}

const words = { error: 'Errors', warning: 'Warnings', note: 'Notes' };

export function LevelChoice({ level, label, ...props }: Props) {
  return (
    <StatusChoice
      {...props}
      {...(level && { sign: <LevelSign level={level} /> })}
      label={label ?? (level === undefined ? 'All' : words[level])}
    />
  );
}
