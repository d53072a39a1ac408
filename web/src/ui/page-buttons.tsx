import { Button } from '@mantine/core';
import classes from './page-buttons.module.css';

interface Props {
  /** The `before` of the page that is shown; empty for the newest one. */
  before: string;
  /** The `before` of the next page; null when this is the last one. */
  next: number | null;
  onChange: (before: string) => void;
}

/** The buttons below a list that is read page by page, the newest first; nothing when there is one page only. */
export function PageButtons({ before, next, onChange }: Props) {
  if (before === '' && next === null) return null;
  return (
    <nav className={classes.pages} aria-label="Pages">
      <Button variant="default" disabled={before === ''} onClick={() => onChange('')}>
        Newest
      </Button>
      <Button
        variant="default"
        disabled={next === null}
        onClick={() => {
          onChange(String(next));
          window.scrollTo(0, 0);
        }}
      >
        Older
      </Button>
    </nav>
  );
}
