import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { savedSelectionsQuery } from '../selection/saved-query.ts';
import { ActionButton } from '../ui/action-button.tsx';
import { EmptyState, QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { SavedRows } from './saved-rows.tsx';
import classes from './saved-selections.module.css';

/** All saved selections: tests, environments and options under a name. */
export default function SavedSelections() {
  useTitle('Saved selections');
  const { data, error, refetch } = useQuery(savedSelectionsQuery);
  const [, go] = useLocation();
  if (!data) return <QueryFallback what="the saved selections" query={{ error, refetch }} />;
  const add = () => go('/new-saved-selection');
  return (
    <>
      <div className={classes.head}>
        <h1>Saved selections</h1>
        <ActionButton requiredRole="operator" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Add selection
        </ActionButton>
      </div>
      {data.savedSelections.length === 0 ? (
        <EmptyState
          title="No saved selections yet"
          action={
            <ActionButton requiredRole="operator" size="sm" onClick={add}>
              Add the first selection
            </ActionButton>
          }
        >
          A saved selection has tests and environments under a name, for runs, pipelines and schedules.
        </EmptyState>
      ) : (
        <SavedRows savedSelections={data.savedSelections} />
      )}
    </>
  );
}
