import type { ReactNode } from 'react';
import { ActionButton } from './action-button.tsx';
import classes from './form-with-preview.module.css';
import { ReadingTests } from './reading-tests.tsx';

interface Props {
  title: string;
  fields: ReactNode;
  preview: ReactNode;
  onSubmit: () => void;
}

/** A form and, beside it, a preview of its effects, which also holds the submit button. */
export function FormWithPreview({ title, fields, preview, onSubmit }: Props) {
  return (
    <form
      className={classes.view}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <h1 className={classes.title}>{title}</h1>
      <div className={classes.form}>{fields}</div>
      <aside className={classes.preview} aria-label="Preview">
        {preview}
      </aside>
    </form>
  );
}

interface SubmitProps {
  /** Why the form cannot be submitted yet. */
  blocker: string | undefined;
  /** Next to the button. */
  note: ReactNode;
  loading: boolean;
  /** The server may have to read the tests first. */
  readsTests?: boolean;
  leftSection?: ReactNode;
  children: ReactNode;
}

export function SubmitBar({
  blocker,
  note,
  loading,
  readsTests = false,
  leftSection,
  children,
}: SubmitProps) {
  return (
    <div className={classes.submit}>
      <ActionButton
        requiredRole="operator"
        disabledReason={blocker}
        type="submit"
        size="sm"
        leftSection={leftSection}
        loading={loading}
      >
        {children}
      </ActionButton>
      <span className={classes.note}>{note}</span>
      {readsTests && (
        <span className={classes.note}>
          <ReadingTests isUnderWay={loading} />
        </span>
      )}
    </div>
  );
}
