import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearchParams } from 'wouter';
import { readDraft } from '../selection/draft.ts';
import { savedSelectionQuery } from '../selection/saved-query.ts';
import { QueryFallback } from '../ui/states.tsx';
import { useTitle } from '../ui/title.ts';
import { savedDraftOf } from './saved-draft.ts';
import { SavedForm } from './saved-form.tsx';

/** The form for a new saved selection: empty, with the draft of the address, or a copy of the one that `from` names. */
export default function NewSaved() {
  useTitle('New saved selection');
  const [search] = useSearchParams();
  const from = search.get('from');
  return from === null ? (
    <Form initial={{ name: '', description: '', ...readDraft(search) }} />
  ) : (
    <Copy from={from} />
  );
}

function Copy({ from }: { from: string }) {
  const { data, error, refetch } = useQuery(savedSelectionQuery(from));
  if (!data) return <QueryFallback what="the saved selection" query={{ error, refetch }} />;
  return <Form initial={{ ...savedDraftOf(data), name: `${data.name} copy` }} />;
}

function Form({ initial }: { initial: Parameters<typeof SavedForm>[0]['initial'] }) {
  const [, go] = useLocation();
  return <SavedForm title="New saved selection" initial={initial} onDone={() => go('/saved-selections')} />;
}
