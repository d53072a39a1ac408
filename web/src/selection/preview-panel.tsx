import { Alert, Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Suspense } from 'react';
import { toProblem } from '../api/problem.ts';
import type { Now } from '../environments/queries.ts';
import { lazyPart } from '../load-chunk.ts';
import { plural, shortCommit } from '../ui/format.ts';
import { Loading } from '../ui/states.tsx';
import type { Draft } from './draft.ts';
import classes from './preview.module.css';
import { PreviewEnvironments } from './preview-environments.tsx';
import { PreviewPatterns } from './preview-patterns.tsx';
import { PreviewTests } from './preview-tests.tsx';
import { type UnknownName, unknownNames } from './unknown-names.ts';
import type { Preview } from './use-preview.ts';

const { component: PreviewChanges } = lazyPart(() => import('../changes/preview-changes.tsx'));

interface Props {
  draft: Draft;
  now: Now;
  preview: Preview | undefined;
  /** Why there is no preview of the current selection. */
  error: unknown;
  /** The first preview is loading. */
  isLoading: boolean;
  /** The preview belongs to the previous selection. */
  isStale: boolean;
  /** Replaces or removes a name; absent where that is not possible. */
  onReplace?: ((name: string, replacement: string | undefined) => void) | undefined;
}

/** Which tests the draft selects, and where and when they would run. */
export function PreviewPanel({ draft, now, preview, error, isLoading, isStale, onReplace }: Props) {
  if (error) return <PreviewError error={error} onReplace={onReplace} />;
  if (isLoading) return <Loading what="the preview" readsTests />;
  if (!preview) {
    return (
      <p className={classes.hint}>
        Select groups, suites or tests to preview what will run, how long it takes and what is missing.
      </p>
    );
  }
  const suiteNames = preview.tests.flatMap(({ suite }) => suite ?? []);
  const inSuites = suiteNames.length;
  const suites = new Set(suiteNames).size;
  const skipped = preview.tests.filter((test) => test.skipped !== null).length;
  return (
    <div className={classes.preview} aria-busy={isStale}>
      <p className={classes.headline} aria-live="polite">
        {plural(preview.tests.length, 'test')}
        {inSuites > 0 && (
          <>
            {inSuites < preview.tests.length && `, ${inSuites} of them`} in {plural(suites, 'suite')}
          </>
        )}
        {skipped > 0 && <span className={classes.aside}>; {skipped} skipped by MFTF</span>}
      </p>
      {/* A server of an older version has no changes. */}
      {preview.changes && (
        <Suspense fallback={null}>
          <PreviewChanges
            changes={preview.changes}
            tests={preview.tests.length}
            commit={preview.commit.id}
            environment={preview.environments[0]?.code}
          />
        </Suspense>
      )}
      <PreviewPatterns preview={preview} />
      {/* A server of an older version has no notes. */}
      {(preview.notes ?? []).map((note) => (
        <p key={note} className={classes.hint}>
          {note}
        </p>
      ))}
      <PreviewEnvironments draft={draft} now={now} preview={preview} />
      <PreviewTests preview={preview} />
      <p className={classes.commit} title={preview.commit.id}>
        At commit <code>{shortCommit(preview.commit.id)}</code> {preview.commit.subject}
      </p>
    </div>
  );
}

function PreviewError({ error, onReplace }: Pick<Props, 'error' | 'onReplace'>) {
  const problem = toProblem(error);
  const unknown = unknownNames(error);
  return (
    <Alert
      role="alert"
      variant="outline"
      color="var(--failed)"
      icon={<IconAlertTriangle size={16} aria-hidden />}
      title={unknown.length > 0 ? `${plural(unknown.length, 'name')} not in the catalog` : problem.message}
      classNames={{ title: classes.alertTitle, wrapper: classes.alert }}
    >
      {unknown.length > 0 ? (
        <ul className={classes.unknown}>
          {unknown.map((each) => (
            <Unknown key={each.name} {...each} onReplace={onReplace} />
          ))}
        </ul>
      ) : (
        <p>
          {problem.remedy} <span className={classes.aside}>({problem.code})</span>
        </p>
      )}
    </Alert>
  );
}

function Unknown({ name, nearest, onReplace }: UnknownName & Pick<Props, 'onReplace'>) {
  return (
    <li>
      <b className={classes.name}>{name}</b>
      {onReplace === undefined ? (
        <span className={classes.aside}>{nearest.length > 0 && `Nearest: ${nearest.join(', ')}`}</span>
      ) : (
        <Offers name={name} nearest={nearest} onReplace={onReplace} />
      )}
    </li>
  );
}

function Offers({ name, nearest, onReplace }: UnknownName & Required<Pick<Props, 'onReplace'>>) {
  return (
    <span className={classes.offers}>
      {nearest.map((suggestion) => (
        <Button
          key={suggestion}
          size="compact-xs"
          variant="default"
          onClick={() => onReplace?.(name, suggestion)}
        >
          {suggestion}
        </Button>
      ))}
      <Button
        size="compact-xs"
        variant="subtle"
        aria-label={`Remove ${name}`}
        onClick={() => onReplace?.(name, undefined)}
      >
        Remove
      </Button>
    </span>
  );
}
