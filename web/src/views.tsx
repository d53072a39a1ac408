import type { FunctionComponent } from 'react';
import { lazyPart } from './load-chunk.ts';
import Overview from './overview/overview.tsx';

type ViewComponent = FunctionComponent<{ params: never }>;

interface View {
  /** A wouter pattern. The component gets its parameters as `params`. */
  path: string;
  component: ViewComponent;
  /** Prefetches the code of the view. */
  load: () => Promise<unknown>;
}

// Each view is a chunk of its own in dist/web, loaded when it is first opened or when the pointer enters a link to it.
function view(path: string, load: () => Promise<{ default: FunctionComponent<never> }>): View {
  return { path, ...lazyPart(load as () => Promise<{ default: ViewComponent }>) };
}

/** All routes of the page. */
export const views: View[] = [
  // The usual entry point, so it is part of the main bundle.
  { path: '/', component: Overview, load: async () => {} },
  view('/runs', () => import('./runs/runs.tsx')),
  view('/runs/:id', () => import('./run/run.tsx')),
  view('/submissions', () => import('./submission/submissions.tsx')),
  view('/submissions/:id', () => import('./submission/submission.tsx')),
  view('/new', () => import('./new-run/new-run.tsx')),
  view('/environments', () => import('./environments/environments.tsx')),
  view('/environments/:code', () => import('./environments/environment.tsx')),
  view('/environments/:code/variables/:name', () => import('./environments/variables/variable.tsx')),
  view('/compare-variables', () => import('./environments/variables/compare-variables.tsx')),
  view('/schedules', () => import('./schedules/schedules.tsx')),
  view('/schedules/:name', () => import('./schedules/schedule.tsx')),
  view('/schedules/:name/edit', () => import('./schedules/form/edit-schedule.tsx')),
  view('/schedules/:name/latest', () => import('./submission/latest.tsx')),
  view('/new-schedule', () => import('./schedules/form/new-schedule.tsx')),
  view('/compare', () => import('./compare/compare.tsx')),
  view('/saved-selections', () => import('./saved-selections/saved-selections.tsx')),
  view('/saved-selections/:name/edit', () => import('./saved-selections/edit-saved.tsx')),
  view('/new-saved-selection', () => import('./saved-selections/new-saved.tsx')),
  view('/quarantines', () => import('./triage/quarantines.tsx')),
  view('/messages', () => import('./messages/messages.tsx')),
  view('/channels', () => import('./channels/channels.tsx')),
  view('/channels/:name/edit', () => import('./channels/edit-channel.tsx')),
  view('/new-channel', () => import('./channels/new-channel.tsx')),
  view('/rules', () => import('./rules/rules.tsx')),
  view('/rules/:name/edit', () => import('./rules/form/edit-rule.tsx')),
  view('/new-rule', () => import('./rules/form/new-rule.tsx')),
  view('/templates', () => import('./templates/templates.tsx')),
  view('/templates/:kind/:outcome', () => import('./templates/template.tsx')),
  view('/alerts', () => import('./alerts/alerts.tsx')),
  view('/tests', () => import('./tests/tests.tsx')),
  view('/tests/:name', () => import('./tests/test.tsx')),
  view('/tests/:name/steps', () => import('./tests/steps/test-steps.tsx')),
  view('/lint', () => import('./lint/lint.tsx')),
  view('/used-by', () => import('./lint/used-by.tsx')),
  view('/trends', () => import('./trends/trends.tsx')),
  view('/retention', () => import('./retention/retention.tsx')),
  view('/doctor', () => import('./doctor/doctor.tsx')),
  view('/account', () => import('./account/account.tsx')),
  view('/device', () => import('./account/device.tsx')),
  view('/users', () => import('./account/users.tsx')),
  view('/audit', () => import('./account/audit.tsx')),
];

/** The links of the header, in order. Shortcut: `g`, then `letter`. `area`: other addresses that belong to the link. */
export const navigation = [
  { path: '/', name: 'Overview', letter: 'o' },
  { path: '/runs', name: 'Runs', letter: 'r', area: ['/new', '/compare'] },
  { path: '/submissions', name: 'Submissions', letter: 'u' },
  { path: '/tests', name: 'Tests', letter: 't', area: ['/lint', '/used-by', '/quarantines'] },
  { path: '/trends', name: 'Trends', letter: 'n' },
  {
    path: '/schedules',
    name: 'Schedules',
    letter: 's',
    area: ['/new-schedule', '/saved-selections', '/new-saved-selection'],
  },
  { path: '/environments', name: 'Environments', letter: 'e', area: ['/compare-variables'] },
  {
    path: '/messages',
    name: 'Messages',
    letter: 'm',
    area: ['/channels', '/new-channel', '/rules', '/new-rule', '/templates', '/alerts'],
  },
  { path: '/doctor', name: 'Doctor', letter: 'd', area: ['/retention'] },
] satisfies {
  path: string;
  name: string;
  letter: string;
  area?: string[];
}[];

/** Prefetches the code of the view at a path. */
export function preload(path: string): void {
  const parts = path.split('/');
  views
    .find(({ path: pattern }) => {
      const patternParts = pattern.split('/');
      return (
        parts.length === patternParts.length &&
        patternParts.every((each, index) => each.startsWith(':') || each === parts[index])
      );
    })
    ?.load()
    // Opening the view loads it again and handles the error.
    .catch(() => {});
}
