import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import { copyText } from '../ui/copy.ts';
import { plural } from '../ui/format.ts';
import { showDone } from '../ui/notices.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import classes from './log-content.module.css';
import { LogLines, type LogView } from './log-lines.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { addressOfLine, useLineAddress } from './model/line-address.ts';
import { placeOf } from './model/log-place.ts';
import { neighbour } from './model/log-search.ts';
import { useLog, useLogSearch } from './use-log.ts';

async function copy(line: number): Promise<void> {
  await copyText(addressOfLine(line));
  showDone(`The link to line ${line} is copied.`);
}

export function LogContent({ id, goTo }: { id: number; goTo: { test: string } | undefined }) {
  const feed = useLog(id);
  const [line, setLine] = useLineAddress();
  const [wrap, setWrap] = useLocalStorage({
    key: 'log-wrap',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const [follow, setFollow] = useState(line === undefined && goTo === undefined);
  const [wanted, setWanted] = useState('');
  const [match, setMatch] = useState<number>();
  const found = useLogSearch(feed, wanted);
  const view = useRef<LogView>(null);
  const search = useRef<HTMLInputElement>(null);
  const loaded = feed !== undefined && feed.state !== 'loading';

  const show = (target: number) => {
    setFollow(false);
    view.current?.show(target);
  };
  const select = (target: number) => {
    setLine(target);
    show(target);
  };
  const selectAndCopy = useCallback(
    (target: number) => {
      setLine(target);
      void copy(target);
    },
    [setLine],
  );
  const goToMatch = (direction: 1 | -1) => {
    const index = neighbour(found.lines, match, direction);
    const target = index === undefined ? undefined : found.lines[index];
    if (target === undefined) return;
    setMatch(target);
    show(target);
  };

  // Typing scrolls to the first match.
  const firstMatch = found.lines[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text or a new first match scrolls the log
  useEffect(() => {
    setMatch(firstMatch);
    if (firstMatch !== undefined) show(firstMatch);
  }, [wanted, firstMatch]);

  // Scrolls to the line in the address once, as soon as it is loaded.
  const isThere = feed !== undefined && line !== undefined && (loaded || feed.log.last >= line);
  const isShown = useRef(goTo !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: later changes of the address come from this component
  useEffect(() => {
    if (!isThere || isShown.current) return;
    isShown.current = true;
    show(Math.min(line, feed.log.last));
  }, [isThere]);

  const [missing, setMissing] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each request, which is a new object
  useEffect(() => {
    if (!goTo || !feed || !loaded) return;
    const place = placeOf(goTo.test, feed.log);
    setMissing(place === undefined ? goTo.test : undefined);
    if (place !== undefined) select(place);
  }, [goTo, loaded]);

  useShortcut('f', 'Follow the log', () => setFollow(!follow));
  useShortcut('w', 'Wrap long log lines', () => setWrap(!wrap));
  useShortcut('s', 'Search the log', () => search.current?.focus());

  if (!feed || (feed.state === 'loading' && feed.log.last === 0)) {
    if (feed?.problem && feed.problem.status !== 0) return <ErrorState error={feed.problem} />;
    return <Loading what="the log" />;
  }
  const { log } = feed;
  const at = match === undefined ? -1 : found.lines.indexOf(match);
  return (
    <div className={classes.content}>
      <LogToolbar
        wanted={wanted}
        onWanted={setWanted}
        matches={{ count: found.lines.length, at: at === -1 ? undefined : at + 1, done: found.done }}
        onMatch={goToMatch}
        follow={follow}
        onFollow={setFollow}
        wrap={wrap}
        onWrap={setWrap}
        lines={log.last}
        selected={line}
        onLine={select}
        onCopy={(target) => void copy(target)}
        download={`/api/runs/${id}/artifacts/run.log`}
        searchRef={search}
      />
      {log.first > 1 && (
        <p className={classes.note}>
          The log is too large to show in full. Download it to see the first {plural(log.first - 1, 'line')}.
        </p>
      )}
      {missing && <p className={classes.note}>{missing} does not appear in the log (yet).</p>}
      {log.last === 0 ? (
        <p className={classes.note}>
          {feed.state === 'complete'
            ? 'The log is empty.'
            : 'No output yet. New lines appear here immediately.'}
        </p>
      ) : (
        <LogLines
          ref={view}
          label="Log lines"
          log={log}
          version={feed.version()}
          wrap={wrap}
          follow={follow}
          onFollow={setFollow}
          wanted={wanted}
          selected={line}
          match={match}
          onSelect={selectAndCopy}
        />
      )}
    </div>
  );
}
