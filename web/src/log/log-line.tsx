import { memo } from 'react';
import { clockSeconds, fullTime } from '../ui/format.ts';
import classes from './log-line.module.css';
import { type Piece, readLine, type Style } from './model/ansi.ts';
import { findMatches } from './model/log-search.ts';
import { readOwnLine } from './model/own-line.ts';

interface Props {
  number: number;
  line: string;
  before: Style;
  query: string;
  selected: boolean;
  /** Whether this line has the current match of the search. */
  current: boolean;
  onSelect: (number: number) => void;
}

/** A line of the log: its number, which links to it, and its text. Line numbers never change. */
export const LogLine = memo(function LogLine(props: Props) {
  const { number, line, before, query, selected, current, onSelect } = props;
  const { pieces } = readLine(line, before);
  const { at, rest } = withoutTime(pieces);
  return (
    <>
      <a
        href={`#L${number}`}
        tabIndex={-1}
        className={classes.number}
        aria-label={`Line ${number}`}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          onSelect(number);
        }}
      >
        {number}
      </a>
      <span
        className={classes.text}
        data-own={at !== undefined || undefined}
        data-selected={selected || undefined}
      >
        {at && (
          <time dateTime={at.toISOString()} title={fullTime(at)} className={classes.time}>
            {clockSeconds(at)}
          </time>
        )}
        {splitAtMatches(rest, query).map(({ text, style, match }, index) => {
          const pieceProps = {
            className: classes.piece,
            'data-text': style.text,
            'data-ground': style.background,
          };
          const styleProps = { 'data-bold': style.bold || undefined, 'data-dim': style.dim || undefined };
          const Tag = match ? 'mark' : 'span';
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line have no other key and no state
            <Tag key={index} {...pieceProps} {...styleProps} data-current={(match && current) || undefined}>
              {text}
            </Tag>
          );
        })}
      </span>
    </>
  );
});

function withoutTime(pieces: Piece[]): { at?: Date; rest: Piece[] } {
  const [first, ...others] = pieces;
  if (!first) return { rest: pieces };
  const { at, text } = readOwnLine(first.text);
  return at ? { at, rest: [{ ...first, text }, ...others] } : { rest: pieces };
}

/** Splits the pieces at the edges of matches; a match can span several pieces. */
function splitAtMatches(pieces: Piece[], query: string): (Piece & { match: boolean })[] {
  const ranges = findMatches(pieces.map(({ text }) => text).join(''), query);
  if (ranges.length === 0) return pieces.map((piece) => ({ ...piece, match: false }));
  const edges = ranges.flat();
  let start = 0;
  return pieces.flatMap(({ text, style }) => {
    const from = start;
    start += text.length;
    const cuts = [from, ...edges.filter((edge) => edge > from && edge < start), start];
    return cuts.slice(1).map((end, index) => {
      const begin = cuts[index] as number;
      const match = ranges.some(([first, last]) => begin >= first && begin < last);
      return { text: text.slice(begin - from, end - from), style, match };
    });
  });
}
