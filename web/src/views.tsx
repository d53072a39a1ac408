import { type FunctionComponent, lazy, useState } from 'react';
import { loadChunk } from './load-chunk.ts';
import Overview from './overview/overview.tsx';

type Shown = FunctionComponent<{ params: never }>;

interface View {
  /** As wouter reads it; parameters come to the component as `params`. */
  path: string;
  component: Shown;
  /** Fetches the code of the view ahead. */
  load: () => Promise<unknown>;
}

// A view is its own file in dist/web, fetched when it is first opened, or when somebody points at the link to it.
function view(path: string, load: () => Promise<{ default: FunctionComponent<never> }>): View {
  let there: Shown | undefined;
  const fetch = async () => {
    there = (await load()).default as Shown;
    return { default: there };
  };
  const Later = lazy(() => loadChunk(fetch));
  // What was fetched ahead is drawn at once: React would wait, and then not hurry to put it in place of "Loading".
  function Ready({ params }: { params: never }) {
    const [Chosen] = useState(() => there ?? Later);
    return <Chosen params={params} />;
  }
  return { path, load: fetch, component: Ready };
}

/** Every address of the page. */
export const views: View[] = [
  // Nearly everybody begins there: it comes with the page.
  { path: '/', component: Overview, load: async () => {} },
  view('/runs', () => import('./runs/runs.tsx')),
  view('/runs/:id', () => import('./run/run.tsx')),
  view('/new', () => import('./new-run/new-run.tsx')),
  view('/environments', () => import('./environments/environments.tsx')),
  view('/environments/:code', () => import('./environments/environment.tsx')),
  view('/schedules', () => import('./schedules/schedules.tsx')),
  view('/schedules/:name', () => import('./schedules/schedule.tsx')),
  view('/schedules/:name/edit', () => import('./schedules/form/edit-schedule.tsx')),
  view('/new-schedule', () => import('./schedules/form/new-schedule.tsx')),
  view('/tests', () => import('./tests/tests.tsx')),
  view('/tests/:name', () => import('./tests/test.tsx')),
  view('/doctor', () => import('./doctor/doctor.tsx')),
  view('/account', () => import('./account/account.tsx')),
  view('/users', () => import('./account/users.tsx')),
  view('/audit', () => import('./account/audit.tsx')),
];

/** What the header leads to, in this order. `letter` is pressed after `g`. */
export const navigation = [
  { path: '/', name: 'Overview', letter: 'o' },
  { path: '/runs', name: 'Runs', letter: 'r' },
  { path: '/tests', name: 'Tests', letter: 't' },
  { path: '/schedules', name: 'Schedules', letter: 's' },
  { path: '/environments', name: 'Environments', letter: 'e' },
  { path: '/doctor', name: 'Doctor', letter: 'd' },
] as const satisfies {
  path: string;
  name: string;
  letter: string;
}[];

/** Fetches the code of the view at a path ahead: it is soon opened. */
export function preload(path: string): void {
  const [, first, ...rest] = path.split('/');
  views
    .find(({ path: known }) => {
      const [, knownFirst, ...knownRest] = known.split('/');
      return first === knownFirst && rest.length === knownRest.length;
    })
    ?.load()
    // It is fetched again when it is opened, and then waited for.
    .catch(() => {});
}
