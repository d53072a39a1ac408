import { useCallback, useRef, useState } from 'react';
import { addressOf } from '../base-path.ts';
import { copyText } from '../ui/copy.ts';
import { plural } from '../ui/format.ts';
import { showSuccess } from '../ui/notices.tsx';
import { useShortcut } from '../ui/shortcuts.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import classes from './log-content.module.css';
import { LogLines, type LogView } from './log-lines.tsx';
import { LogToolbar } from './log-toolbar.tsx';
import { linkToLine, useLineAddress } from './model/line-address.ts';
import type { LogFeed } from './model/log-feed.ts';
import { useFailures } from './use-failures.ts';
import { useLog } from './use-log.ts';
import { useMatches } from './use-matches.ts';
import { type TestRequest, useLineInAddress, useTestInLog } from './use-scroll-targets.ts';
import { useWrap } from './use-wrap.ts';

async function copy(line: number): Promise<void> {
  await copyText(linkToLine(line));
  showSuccess(`The link to line ${line} was copied.`);
}

/** The log of a run with its tools. Each new `goTo` scrolls to its test. */
export function LogContent({ id, goTo }: { id: number; goTo: TestRequest | undefined }) {
  const feed = useLog(id);
  const [line, setLine] = useLineAddress();
  const [wrap, setWrap] = useWrap();
  const [follow, setFollow] = useState(line === undefined && goTo === undefined);
  const view = useRef<LogView>(null);
  const searchField = useRef<HTMLInputElement>(null);

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
  const { query, setQuery, match, goToMatch, matches } = useMatches(feed, { line, show, select });
  const { failures, goToFailure } = useFailures(feed, select);
  useLineInAddress(feed, line, { isOpenedElsewhere: goTo !== undefined, show });
  const missing = useTestInLog(feed, goTo, select);

  useShortcut('f', 'Follow the log', () => setFollow(!follow));
  useShortcut('w', 'Wrap long log lines', () => setWrap(!wrap));
  useShortcut('s', 'Search the log', () => searchField.current?.focus());

  if (!feed || (feed.state === 'loading' && feed.log.last === 0)) return <NoLogYet feed={feed} />;
  const { log } = feed;
  return (
    <div className={classes.content}>
      <LogToolbar
        query={query}
        onQuery={setQuery}
        matches={matches}
        onMatch={goToMatch}
        failures={failures}
        onFailure={goToFailure}
        follow={follow}
        onFollow={setFollow}
        wrap={wrap}
        onWrap={setWrap}
        lines={log.last}
        selected={line}
        onLine={select}
        onCopy={(target) => void copy(target)}
        download={addressOf(`/api/runs/${id}/artifacts/run.log`)}
        searchRef={searchField}
      />
      <Notes feed={feed} missing={missing} />
      {log.last > 0 && (
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

function NoLogYet({ feed }: { feed: LogFeed | undefined }) {
  if (feed?.problem && feed.problem.status !== 0) return <ErrorState error={feed.problem} />;
  return <Loading what="the log" />;
}

/** What the log lacks: its first lines, the test to scroll to, or all of it. */
function Notes({ feed: { log, state }, missing }: { feed: LogFeed; missing: string | undefined }) {
  return (
    <>
      {log.first > 1 && (
        <p className={classes.note}>
          The log is too large to show in full. Download it to see the first {plural(log.first - 1, 'line')}.
        </p>
      )}
      {missing && <p className={classes.note}>{missing} does not appear in the log (yet).</p>}
      {log.last === 0 && (
        <p className={classes.note}>
          {state === 'complete' ? 'The log is empty.' : 'No output yet. New lines appear here immediately.'}
        </p>
      )}
    </>
  );
}
