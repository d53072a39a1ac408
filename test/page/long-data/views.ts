import { longVariable } from './database.ts';
import { longNames } from './lint.ts';
import { longMessageNames } from './messages.ts';
import { environmentCode, scheduleName, testName } from './names.ts';
import type { RunRows } from './runs.ts';

export interface LongView {
  /** Its route in web/src/views.tsx; `undefined` for no route at all. */
  route: string | undefined;
  address: string;
}

export interface GateView {
  /** The file below web/src that has the form. */
  file: string;
  address: string;
  /** It is shown to a user who has signed in and lacks a second factor. */
  lacksSecondFactor: boolean;
}

/** The forms that replace every view. */
export const gateViews: GateView[] = [
  { file: 'account/sign-in.tsx', address: '/runs', lacksSecondFactor: false },
  { file: 'account/first-admin.tsx', address: '/welcome?token=x', lacksSecondFactor: false },
  { file: 'account/reset-password.tsx', address: '/reset?token=x', lacksSecondFactor: false },
  { file: 'account/second-factor/missing.tsx', address: '/runs', lacksSecondFactor: true },
];

/** Every view of the page, some in several states, with the longest names. `ids` are those of the server. */
export function longViews(ids: RunRows['ids']): LongView[] {
  const view = (route: string | undefined, address: string) => ({ route, address });
  const schedule = `/schedules/${encodeURIComponent(scheduleName(0))}`;
  const selection = [0, 8, 2].map((index) => `env=${environmentCode(index)}`).join('&');
  return [
    view('/', '/'),
    view('/', '/?span=24h'),
    view('/', `/?span=6h&until=${new Date(Date.now() - 86_400_000).toISOString()}`),
    view('/runs', '/runs'),
    view('/runs', '/runs?status=broken'),
    view('/runs/:id', `/runs/${ids.failed}`),
    view('/runs/:id', `/runs/${ids.failed}?log=full`),
    view('/runs/:id', `/runs/${ids.large}`),
    view('/runs/:id', `/runs/${ids.retried}?attempts=shown`),
    view('/runs/:id', `/runs/${ids.running}`),
    view('/runs/:id', `/runs/${ids.waiting}`),
    view('/submissions', '/submissions'),
    view('/submissions/:id', `/submissions/${ids.submission}`),
    view('/submissions/:id', `/submissions/${ids.submission}?rows=all`),
    view('/submissions/:id', `/submissions/${ids.largeSubmission}`),
    view('/new', '/new'),
    view('/new', `/new?${selection}&test=${testName(0)}&group=smoke`),
    view('/new', `/new?${selection}&saved=${encodeURIComponent(scheduleName(1))}`),
    view('/saved-selections', '/saved-selections'),
    view('/saved-selections/:name/edit', `/saved-selections/${encodeURIComponent(scheduleName(1))}/edit`),
    view('/new-saved-selection', `/new-saved-selection?${selection}&pattern=Storefront*&severity=MAJOR`),
    view('/environments', '/environments'),
    view('/environments/:code', `/environments/${environmentCode(0)}`),
    view('/environments/:code', `/environments/${environmentCode(6)}`),
    view('/environments/:code', `/environments/${environmentCode(0)}?usage=all`),
    view(
      '/environments/:code/variables/:name',
      `/environments/${environmentCode(0)}/variables/${longVariable.name}_PASSWORD`,
    ),
    view('/compare-variables', `/compare-variables?a=${environmentCode(0)}&b=${environmentCode(1)}&show=all`),
    view('/schedules', '/schedules'),
    view('/schedules/:name', schedule),
    view('/schedules/:name/edit', `${schedule}/edit`),
    view('/schedules/:name/latest', `${schedule}/latest`),
    view('/new-schedule', '/new-schedule'),
    view('/tests', '/tests'),
    view('/tests/:name', `/tests/${testName(0)}`),
    view('/tests/:name', `/tests/${testName(1)}`),
    view('/tests/:name/steps', `/tests/${testName(0)}/steps`),
    view('/lint', '/lint'),
    view('/lint', '/lint?level=note&only=new&q=Element'),
    view('/used-by', '/used-by'),
    view('/used-by', `/used-by?name=${longNames.actionGroup}`),
    view('/tests/:name/steps', `/tests/${testName(0)}/steps`),
    view('/tests/:name/steps', `/tests/${testName(0)}/steps?environment=${environmentCode(0)}&origins=shown`),
    view('/used-by', `/used-by?name=${longNames.actionGroup}&show=tests`),
    view('/trends', '/trends'),
    view('/trends', '/trends?days=14&group=smoke'),
    view('/compare', `/compare?a=before:${ids.failed}&b=run:${ids.failed}`),
    view('/compare', '/compare'),
    view('/retention', '/retention'),
    view('/quarantines', '/quarantines'),
    view('/messages', '/messages'),
    view('/messages', '/messages?state=given-up'),
    view('/channels', '/channels'),
    view('/channels/:name/edit', `/channels/${encodeURIComponent(longMessageNames.channel)}/edit`),
    view('/new-channel', '/new-channel'),
    view('/rules', '/rules'),
    view('/rules/:name/edit', `/rules/${encodeURIComponent(longMessageNames.rule)}/edit`),
    view('/new-rule', '/new-rule'),
    view('/templates', '/templates'),
    view('/templates/:kind/:outcome', '/templates/email/failed'),
    view('/alerts', '/alerts'),
    view('/doctor', '/doctor'),
    view('/account', '/account'),
    view('/device', '/device'),
    view('/users', '/users'),
    view('/audit', '/audit'),
    view(undefined, '/nowhere'),
  ];
}
