import { UnstyledButton } from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPaperclip } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { TestResultView } from '#src/operations/results/results-view.ts';
import { QueryFallback } from '../../ui/states.tsx';
import { StatusSign } from '../../ui/status.tsx';
import { fileOf, stepsQuery } from '../queries.ts';
import { initiallyOpen, numberSteps, type StepNode } from './step-tree.ts';
import classes from './steps.module.css';

/** The steps of a test as a tree; the groups around the failure are open. */
export function Steps({ run, test }: { run: number; test: TestResultView }) {
  const { data, error, refetch } = useQuery(stepsQuery(run, test.test, test.suite, test.attempt));
  if (!data) return <QueryFallback what="the steps" query={{ error, refetch }} />;
  return (
    <>
      <Tree run={run} steps={data.steps} test={test.test} />
      {data.more && <p>Only the first 5,000 steps are shown; the file has all of them.</p>}
    </>
  );
}

function Tree({ run, steps, test }: { run: number; steps: Parameters<typeof numberSteps>[0]; test: string }) {
  const nodes = useMemo(() => numberSteps(steps), [steps]);
  const [open, setOpen] = useState(() => initiallyOpen(nodes));
  const list = useRef<HTMLOListElement>(null);
  // Scrolls the list to the failure, but not the page.
  useLayoutEffect(() => {
    const failed = list.current?.querySelector<HTMLElement>('[data-failed]');
    if (!failed || !list.current) return;
    const { top } = failed.getBoundingClientRect();
    list.current.scrollTop = top - list.current.getBoundingClientRect().top - list.current.clientHeight / 2;
  }, []);
  const toggle = (path: string) => {
    const after = new Set(open);
    if (!after.delete(path)) after.add(path);
    setOpen(after);
  };
  return (
    <ol ref={list} className={classes.steps} aria-label={`Steps of ${test}`}>
      {nodes.map((node) => (
        <Node key={node.path} run={run} node={node} open={open} onToggle={toggle} />
      ))}
    </ol>
  );
}

interface NodeProps {
  run: number;
  node: StepNode;
  open: ReadonlySet<string>;
  onToggle: (path: string) => void;
}

function Node({ run, node, open, onToggle }: NodeProps) {
  const { path, title, stepKey, step, number, leadsToFailure, steps } = node;
  const isOpen = open.has(path);
  const words = (
    <>
      <span className={classes.number}>{number}</span>
      <StatusSign status={step.status} size={13} />
      {steps.length > 0 &&
        (isOpen ? <IconChevronDown size={13} aria-hidden /> : <IconChevronRight size={13} aria-hidden />)}
      <span className={classes.title}>
        <code>{title}</code> {stepKey && <span className={classes.key}>{stepKey}</span>}
      </span>
      <span className={classes.duration}>{inSeconds(step.durationMs)}</span>
    </>
  );
  return (
    <li data-failed={(leadsToFailure && steps.length === 0) || undefined}>
      {steps.length > 0 ? (
        <UnstyledButton className={classes.step} aria-expanded={isOpen} onClick={() => onToggle(path)}>
          {words}
        </UnstyledButton>
      ) : (
        <div className={classes.step}>{words}</div>
      )}
      {step.attachments.map(({ name, path }) => (
        <a key={path} className={classes.file} href={fileOf(run, path)} target="_blank" rel="noreferrer">
          <IconPaperclip size={13} aria-hidden /> {name}
        </a>
      ))}
      {isOpen && (
        <ol>
          {steps.map((each) => (
            <Node key={each.path} run={run} node={each} open={open} onToggle={onToggle} />
          ))}
        </ol>
      )}
    </li>
  );
}

/** Formats the short durations of steps: `0.02 s`, `12.4 s`. */
function inSeconds(ms: number): string {
  if (ms < 5) return '';
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
