import { useLocalStorage } from '@mantine/hooks';

/** A view with its filters, search and order, which are all in its address. */
export interface SavedView {
  name: string;
  /** Path and query. */
  address: string;
}

export const maxViews = 100;
export const maxNameLength = 80;

/** The views in a stored text, which anything may have changed. */
export function parseViews(text: string | undefined): SavedView[] {
  let stored: unknown;
  try {
    stored = JSON.parse(text ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(stored)) return [];
  return stored.filter(isSavedView).slice(0, maxViews);
}

// An address of this page: `//host` would lead to another server.
function isSavedView(view: unknown): view is SavedView {
  const { name, address } = (view ?? {}) as Partial<SavedView>;
  return typeof name === 'string' && name !== '' && typeof address === 'string' && /^\/(?!\/)/.test(address);
}

/** The views with another one, or with another address for the same name; by name. */
export function addView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  return [...others, view].sort((one, other) => one.name.localeCompare(other.name)).slice(0, maxViews);
}

/** The saved views of this browser, and functions to change them. */
export function useSavedViews() {
  const [views, setViews] = useLocalStorage<SavedView[]>({
    key: 'saved-views',
    defaultValue: [],
    getInitialValueInEffect: false,
    deserialize: parseViews,
  });
  return {
    views,
    save: (view: SavedView) => setViews((before) => addView(before, view)),
    remove: (name: string) => setViews((before) => before.filter((view) => view.name !== name)),
  };
}
