import { useLocalStorage } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';
import { copyText } from '../ui/copy.ts';
import { plural } from '../ui/format.ts';
import { showSuccess } from '../ui/notices.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import classes from './log-content.module.css';
import { LogLines, type LogView } from './log-lines.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { linkToLine, useLineAddress } from './model/line-address.ts';
import { lineOfTest } from './model/log-place.ts';
import { neighbour } from './model/log-search.ts';
import { useLog, useLogSearch } from './use-log.ts';

async function copy(line: number): Promise<void> {
  await copyText(linkToLine(line));
  showSuccess(`The link to line ${line} is copied.`);
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
  const [query, setQuery] = useState('');
  const [match, setMatch] = useState<number>();
  const matches = useLogSearch(feed, query);
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
    const index = neighbour(matches.lines, match, direction);
    const target = index === undefined ? undefined : matches.lines[index];
    if (target === undefined) return;
    setMatch(target);
    show(target);
  };

  // Typing scrolls to the first match.
  const firstMatch = matches.lines[0];
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text or a new first match scrolls the log
  useEffect(() => {
    setMatch(firstMatch);
    if (firstMatch !== undefined) show(firstMatch);
  }, [query, firstMatch]);

  // Scrolls to the line in the address once, as soon as it is loaded.
  const isLineLoaded = feed !== undefined && line !== undefined && (loaded || feed.log.last >= line);
  const hasScrolled = useRef(goTo !== undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: later changes of the address come from this component
  useEffect(() => {
    if (!isLineLoaded || hasScrolled.current) return;
    hasScrolled.current = true;
    show(Math.min(line, feed.log.last));
  }, [isLineLoaded]);

  const [missing, setMissing] = useState<string>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs for each request, which is a new object
  useEffect(() => {
    if (!goTo || !feed || !loaded) return;
    const testLine = lineOfTest(goTo.test, feed.log);
    setMissing(testLine === undefined ? goTo.test : undefined);
    if (testLine !== undefined) select(testLine);
  }, [goTo, loaded]);

  useShortcut('f', 'Follow the log', () => setFollow(!follow));
  useShortcut('w', 'Wrap long log lines', () => setWrap(!wrap));
  useShortcut('s', 'Search the log', () => search.current?.focus());

  if (!feed || (feed.state === 'loading' && feed.log.last === 0)) {
    if (feed?.problem && feed.problem.status !== 0) return <ErrorState error={feed.problem} />;
    return <Loading what="the log" />;
  }
  const { log } = feed;
  const at = match === undefined ? -1 : matches.lines.indexOf(match);
  return (
    <div className={classes.content}>
      <LogToolbar
        query={query}
        onQuery={setQuery}
        matches={{ count: matches.lines.length, at: at === -1 ? undefined : at + 1, done: matches.done }}
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
          query={query}
          selected={line}
          match={match}
          onSelect={selectAndCopy}
        />
      )}
    </div>
  );
}
