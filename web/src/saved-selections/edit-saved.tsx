import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { savedSelectionQuery } from '../selection/saved-query.ts';
import { QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { savedDraftOf } from './saved-draft.ts';
import { SavedForm } from './saved-form.tsx';

export default function EditSaved({ params }: { params: { name: string } }) {
  const name = decodeURIComponent(params.name);
  useTitle(`Edit ${name}`);
  const [, go] = useLocation();
  const { data, error, refetch } = useQuery(savedSelectionQuery(name));
  if (!data) return <QueryFallback what="the saved selection" query={{ error, refetch }} />;
  // Changes by other users do not overwrite the form.
  return (
    <SavedForm
      title={`Edit ${name}`}
      saved={data}
      initial={savedDraftOf(data)}
      onDone={() => go('/saved-selections')}
    />
  );
}
