import { useEffect } from 'react';
import { addressOf } from '../base-path.ts';

/** What the tab shows besides its view, as a word in its title and as a sign in its icon. */
export type TabStatus = 'failing' | 'running' | undefined;

// A document has one title, which consists of that of the view and what needs attention elsewhere.
let view: { title: string; status: TabStatus } | undefined;
let elsewhere: { text: string; status: TabStatus } = { text: '', status: undefined };

function show(): void {
  if (view === undefined) return;
  // The title of a run has its status already.
  const prefix = view.status === undefined && elsewhere.text !== '' ? `${elsewhere.text} · ` : '';
  document.title = `${prefix}${view.title} · matre`;
  const status = view.status ?? elsewhere.status;
  const icon = addressOf(`/assets/icon${status === undefined ? '' : `-${status}`}.svg`);
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (link && link.getAttribute('href') !== icon) link.href = icon;
}

/** Sets the title of the browser tab; with a status when the title names one, which then decides the icon of the tab. */
export function useTitle(title: string, status?: TabStatus): void {
  useEffect(() => {
    view = { title, status };
    show();
  }, [title, status]);
}

/** Shows in the title and the icon of the tab what happens in the installation: `2 failing, 1 running`. */
export function useTabAttention(text: string, status: TabStatus): void {
  useEffect(() => {
    elsewhere = { text, status };
    show();
    return () => {
      elsewhere = { text: '', status: undefined };
      show();
    };
  }, [text, status]);
}
