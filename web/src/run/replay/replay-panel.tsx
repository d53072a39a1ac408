import { ActionIcon, Chip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Replay } from '#src/model/replay.ts';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import type { StepView } from '#src/operations/results/run-results.ts';
import { QueryFallback } from '../../ui/states.tsx';
import { fileOf, stepsQuery } from '../queries.ts';
import { readText } from '../read-text.ts';
import { initialTime, type Moment, momentsOf, parseReplay, pictureAt } from './moments.ts';
import classes from './replay-panel.module.css';

interface Props {
  run: number;
  test: TestResultView;
  /** Of its file. */
  path: string;
}

/** What the browser of a test showed and reported, beside its steps. */
export default function ReplayPanel({ run, test, path }: Props) {
  const address = fileOf(run, path);
  const file = useQuery({
    queryKey: ['replay', address],
    queryFn: async ({ signal }) => parseReplay(await readText(address, signal)) ?? 'damaged',
    staleTime: Number.POSITIVE_INFINITY,
  });
  const hasSteps = test.attachments.some(({ kind }) => kind === 'steps');
  const steps = useQuery({ ...stepsQuery(run, test.test, test.suite, test.attempt), enabled: hasSteps });
  if (file.data === undefined) return <QueryFallback what="the replay" query={file} />;
  if (file.data === 'damaged') return <p>The file of the replay is damaged.</p>;
  // Without its steps, the rest says as much as before.
  if (hasSteps && steps.isPending) return <QueryFallback what="the steps" query={steps} />;
  return <Timeline test={test.test} replay={file.data} steps={steps.data?.steps ?? []} />;
}

const kinds = [
  { kind: 'step', word: 'Steps' },
  { kind: 'console', word: 'Console' },
  { kind: 'request', word: 'Failed requests' },
  { kind: 'page', word: 'Pages' },
] as const;

function Timeline({ test, replay, steps }: { test: string; replay: Replay; steps: readonly StepView[] }) {
  const { pictures, entries } = replay;
  const moments = useMemo(() => momentsOf(steps, entries), [steps, entries]);
  const [at, setAt] = useState(() => initialTime(moments, replay));
  const [shown, setShown] = useState<string[]>(() => kinds.map(({ kind }) => kind));
  // Dialogs are rare, and go with the pages.
  const visible = moments.filter(({ kind }) => shown.includes(kind === 'dialog' ? 'page' : kind));
  const start = Math.min(pictures[0]?.at ?? replay.startedAt, moments[0]?.at ?? Number.POSITIVE_INFINITY);
  return (
    <section className={classes.replay} aria-label={`Replay of ${test}`}>
      <Viewer pictures={pictures} at={at} start={start} onTime={setAt} />
      <div className={classes.side}>
        <Chip.Group multiple value={shown} onChange={setShown}>
          <div className={classes.kinds}>
            {kinds.map(({ kind, word }) => (
              <Chip key={kind} value={kind} size="xs" variant="outline">
                {word} {moments.filter((moment) => moment.kind === kind).length}
              </Chip>
            ))}
          </div>
        </Chip.Group>
        <Moments test={test} moments={visible} at={at} start={start} onTime={setAt} />
        <Missing replay={replay} />
      </div>
    </section>
  );
}

interface TimeProps {
  at: number;
  start: number;
  onTime: (at: number) => void;
}

function Viewer({ pictures, at, start, onTime }: TimeProps & { pictures: Replay['pictures'] }) {
  const index = pictureAt(pictures, at);
  const picture = pictures[index];
  if (picture === undefined) return <p className={classes.viewer}>No picture was recorded.</p>;
  const show = (next: number) => {
    const { at } = pictures[next] ?? picture;
    onTime(at);
  };
  return (
    <figure className={classes.viewer}>
      <img
        className={classes.picture}
        src={`data:image/jpeg;base64,${picture.data}`}
        alt={`The page after ${offset(picture.at, start)}`}
      />
      <figcaption className={classes.controls}>
        <ActionIcon
          variant="subtle"
          aria-label="Previous picture"
          disabled={index === 0}
          onClick={() => show(index - 1)}
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <input
          className={classes.range}
          type="range"
          min={0}
          max={pictures.length - 1}
          value={index}
          aria-label="Picture"
          aria-valuetext={offset(picture.at, start)}
          onChange={(event) => show(Number(event.currentTarget.value))}
        />
        <ActionIcon
          variant="subtle"
          aria-label="Next picture"
          disabled={index === pictures.length - 1}
          onClick={() => show(index + 1)}
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        <span className={classes.position}>
          {offset(picture.at, start)}, {index + 1} of {pictures.length}
        </span>
      </figcaption>
    </figure>
  );
}

function Moments({ test, moments, at, start, onTime }: TimeProps & { test: string; moments: Moment[] }) {
  const list = useRef<HTMLOListElement>(null);
  const current = moments.findLast((moment) => moment.end <= at)?.key;
  // Scrolls the list, but not the page.
  useLayoutEffect(() => {
    const item = list.current?.querySelector<HTMLElement>('[aria-current]');
    if (current === undefined || !item || !list.current) return;
    const { top } = item.getBoundingClientRect();
    const frame = list.current.getBoundingClientRect();
    if (top < frame.top || top > frame.bottom - 30)
      list.current.scrollTop += top - frame.top - frame.height / 2;
  }, [current]);
  return (
    <ol ref={list} className={classes.moments} aria-label={`Timeline of ${test}`}>
      {moments.map((moment) => (
        <li key={moment.key}>
          <button
            type="button"
            className={classes.moment}
            data-kind={moment.kind}
            data-bad={moment.isBad || undefined}
            aria-current={moment.key === current || undefined}
            onClick={() => onTime(moment.end)}
          >
            <span className={classes.time}>{offset(moment.at, start)}</span>
            <span className={classes.label}>{moment.label}</span>
            <span className={classes.text}>{moment.text}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function Missing({ replay: { leftOut, missing } }: { replay: Replay }) {
  const notes = [
    leftOut.pictures > 0 && `${leftOut.pictures} pictures are left out to keep the file small.`,
    leftOut.entries > 0 && `${leftOut.entries} earlier entries are left out.`,
    missing,
  ].filter((note) => typeof note === 'string');
  return notes.length === 0 ? null : <p className={classes.missing}>{notes.join(' ')}</p>;
}

/** `12.4 s`, and `-0.3 s` for what was before the first picture. */
function offset(at: number, start: number): string {
  return `${((at - start) / 1000).toFixed(1)} s`;
}
