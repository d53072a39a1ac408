import { Button, Loader } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { toProblem } from '../api/problem.ts';
import { ReadingTests } from './reading-tests.tsx';
import classes from './states.module.css';
import { useSlow } from './use-slow.ts';

interface LoadingProps {
  what: string;
  /** The server may have to read the tests first. */
  readsTests?: boolean | undefined;
}

/** The loading state of a view. The spinner appears after 200 ms, because most responses are faster. */
export function Loading({ what, readsTests = false }: LoadingProps) {
  const isSlow = useSlow(true, 200);
  return (
    <div className={classes.state}>
      <div role="status" aria-label={`Loading ${what}`}>
        {isSlow && <Loader aria-hidden />}
      </div>
      {readsTests && (
        <p className={classes.text}>
          <ReadingTests isUnderWay />
        </p>
      )}
    </div>
  );
}

/** The error state of a view: what happened, what it means, and what to do. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const problem = toProblem(error);
  return (
    <div className={classes.state} role="alert">
      <IconAlertTriangle size={28} color="var(--failed)" aria-hidden />
      <p className={classes.title}>{problem.message}</p>
      <p className={classes.text}>{problem.meaning}</p>
      <p className={classes.text}>
        <b>What to do:</b> {problem.remedy}
      </p>
      <p className={classes.code}>{problem.code}</p>
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

interface QueryFallbackProps extends LoadingProps {
  query: { error: Error | null; refetch: () => Promise<unknown> };
}

/** What a view shows instead of the data of a query: its error with a retry, or the loading state. */
export function QueryFallback({ query: { error, refetch }, ...loading }: QueryFallbackProps) {
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  return <Loading {...loading} />;
}

interface EmptyStateProps {
  title: string;
  icon?: ReactNode;
  /** The button that leads on. */
  action?: ReactNode;
  children?: ReactNode;
}

/** The empty state of a view. The children say what comes next in a sentence. */
export function EmptyState({ title, icon, action, children }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      {icon}
      <p className={classes.title}>{title}</p>
      <div className={classes.text}>{children}</div>
      {action}
    </div>
  );
}
