import { Anchor } from '@mantine/core';
import { useState } from 'react';
import classes from './message.module.css';

/** The message of MFTF. Shows up to `lines` lines until expanded; colours the two sides of a comparison. */
export function Message({ text, lines = 12 }: { text: string; lines?: number }) {
  const [isExpanded, setExpanded] = useState(false);
  const all = text.split('\n');
  const isLong = all.length > lines || text.length > lines * 160;
  const visibleLines =
    isExpanded || !isLong
      ? all
      : text
          .slice(0, lines * 160)
          .split('\n')
          .slice(0, lines);
  const isComparison = all.some((line) => /^-+ Expected/.test(line));
  return (
    <div className={classes.message}>
      <pre className={classes.text}>
        {visibleLines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other key
          <span key={index} data-side={isComparison ? sideOf(line) : undefined}>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
      {isLong && (
        <Anchor component="button" onClick={() => setExpanded(!isExpanded)}>
          {isExpanded ? 'Show less' : 'Show the whole message'}
        </Anchor>
      )}
    </div>
  );
}

function sideOf(line: string): 'expected' | 'actual' | undefined {
  if (/^-+ Expected/.test(line)) return undefined;
  if (/^-(?!-- )/.test(line)) return 'expected';
  return /^\+(?!\+\+ )/.test(line) ? 'actual' : undefined;
}
