import { ActionIcon, Button, Loader, TextInput, Tooltip } from '@mantine/core';
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconDownload,
  IconLink,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react';
import { type ReactNode, type Ref, useState } from 'react';
import { plural } from '../ui/format.ts';
import { useShortcut } from '../ui/shortcuts.tsx';
import classes from './log-toolbar.module.css';

interface Props {
  query: string;
  onQuery: (query: string) => void;
  matches: { count: number; at: number | undefined; done: boolean };
  onMatch: (direction: 1 | -1) => void;
  failures: { count: number; at: number | undefined; done: boolean };
  onFailure: (direction: 1 | -1) => void;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  lines: number;
  selected: number | undefined;
  onLine: (line: number) => void;
  onCopy: (line: number) => void;
  download: string;
  searchRef: Ref<HTMLInputElement>;
}

export function LogToolbar(props: Props) {
  const { query, onQuery, matches, onMatch, follow, onFollow, wrap, onWrap, selected } = props;
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Log">
      <TextInput
        ref={props.searchRef}
        size="xs"
        className={classes.search}
        aria-label="Search the log"
        placeholder="Search"
        type="search"
        leftSection={<IconSearch size={14} aria-hidden />}
        value={query}
        onChange={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onMatch(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') onQuery('');
        }}
      />
      {query !== '' && <Matches matches={matches} onMatch={onMatch} />}
      {props.failures.count > 0 && <Failures failures={props.failures} onFailure={props.onFailure} />}
      <span className={classes.gap} />
      <ToggleButton label="Follow" icon={<IconArrowBarToDown size={14} />} on={follow} onChange={onFollow} />
      <ToggleButton label="Wrap" icon={<IconTextWrap size={14} />} on={wrap} onChange={onWrap} />
      <GoToLine last={props.lines} onLine={props.onLine} />
      {selected !== undefined && (
        <Tool label={`Copy the link to line ${selected}`} onClick={() => props.onCopy(selected)}>
          <IconLink size={16} aria-hidden />
        </Tool>
      )}
      <Tooltip label="Download the whole log">
        <ActionIcon
          component="a"
          href={props.download}
          download
          variant="subtle"
          size="md"
          aria-label="Download the whole log"
        >
          <IconDownload size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <span className={classes.lines}>{plural(props.lines, 'line')}</span>
    </div>
  );
}

function Matches({ matches, onMatch }: Pick<Props, 'matches' | 'onMatch'>) {
  const { count, at, done } = matches;
  useShortcut('n', 'Next match in the log', () => onMatch(1));
  useShortcut('N', 'Previous match in the log', () => onMatch(-1));
  const isNothing = count === 0 && done;
  return (
    <>
      <span className={classes.matches} role="status">
        {isNothing ? 'no matches' : `${at?.toLocaleString() ?? '–'}/${count.toLocaleString()}`}
        {!done && <Loader size={10} aria-label="Searching" />}
      </span>
      <Tool label="Previous match (N)" disabled={count === 0} onClick={() => onMatch(-1)}>
        <IconChevronUp size={16} aria-hidden />
      </Tool>
      <Tool label="Next match (n)" disabled={count === 0} onClick={() => onMatch(1)}>
        <IconChevronDown size={16} aria-hidden />
      </Tool>
    </>
  );
}

function Failures({ failures: { count, at }, onFailure }: Pick<Props, 'failures' | 'onFailure'>) {
  useShortcut('e', 'Next failure in the log', () => onFailure(1));
  useShortcut('E', 'Previous failure in the log', () => onFailure(-1));
  return (
    <span className={classes.failures}>
      <span role="status">
        {at === undefined
          ? plural(count, 'failure')
          : `failure ${at.toLocaleString()}/${count.toLocaleString()}`}
      </span>
      <Tool label="Previous failure (E)" onClick={() => onFailure(-1)}>
        <IconChevronUp size={16} aria-hidden />
      </Tool>
      <Tool label="Next failure (e)" onClick={() => onFailure(1)}>
        <IconChevronDown size={16} aria-hidden />
      </Tool>
    </span>
  );
}

interface ToolProps {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

function Tool({ label, disabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" size="md" aria-label={label} disabled={disabled} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

interface ToggleButtonProps {
  label: string;
  icon: ReactNode;
  on: boolean;
  onChange: (on: boolean) => void;
}

function ToggleButton({ label, icon, on, onChange }: ToggleButtonProps) {
  return (
    <Button
      size="compact-xs"
      variant={on ? 'light' : 'subtle'}
      className={classes.switchable}
      aria-pressed={on}
      leftSection={icon}
      onClick={() => onChange(!on)}
    >
      {label}
    </Button>
  );
}

function GoToLine({ last, onLine }: { last: number; onLine: (line: number) => void }) {
  const [text, setText] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const line = Number(text);
        if (Number.isInteger(line) && line >= 1) onLine(Math.min(line, last));
        setText('');
      }}
    >
      <TextInput
        size="xs"
        w={64}
        inputMode="numeric"
        aria-label="Go to line"
        placeholder="line"
        value={text}
        onChange={(event) => setText(event.currentTarget.value.replace(/\D/g, ''))}
      />
    </form>
  );
}
