import { useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { resumeEnvironment } from '#src/operations/environments/environments.ts';
import type { listRuns } from '#src/operations/runs/list-runs.ts';
import { get, post } from '../api/request.ts';
import { refusal, sessionQuery } from '../api/session.ts';
import { addressOf } from '../base-path.ts';
import { environmentKeys, nowQuery } from '../environments/queries.ts';
import { notifyLabels } from '../notify/notify-labels.ts';
import { useNotifications } from '../notify/permission.ts';
import { useSavedViews } from '../saved-views/saved-views.ts';
import { schedulePage, schedulesQuery } from '../schedules/queries.ts';
import { latestPage, submissionPage, submissionsQuery } from '../submission/queries.ts';
import { nameOf, sentenceOf, submissionDay } from '../submission/verdict-sentence.ts';
import { catalogQuery } from '../tests/queries.ts';
import { statusOfRun } from '../ui/status.tsx';
import { useAction } from '../ui/use-action.ts';
import { navigation } from '../views.tsx';
import type { Entry, EntryGroup } from './entries.ts';

const recentRuns = 50;
const recentSubmissions = 50;

/** Everything that the palette offers: what this user may do, and where they can go. */
export function useEntries(): EntryGroup[] {
  const [, go] = useLocation();
  const { data: session } = useQuery(sessionQuery);
  const isAllowed = (role: 'operator' | 'admin') => refusal(session?.user?.role, role) === undefined;
  const runs = useRuns();
  const environments = useEnvironments(isAllowed('operator'));
  const { data: schedules } = useQuery(schedulesQuery);
  const submissions = useSubmissions(schedules?.schedules ?? []);
  const { data: catalog } = useQuery(catalogQuery);
  const { views } = useSavedViews();
  const settings = useSettings();

  const link = (id: string, label: string, path: string, detail?: string): Entry => ({
    id,
    label,
    ...(detail !== undefined && { detail }),
    run: () => go(path),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the navigation function does not change
  const tests = useMemo(
    () =>
      (catalog?.tests ?? []).map(({ name, title }) =>
        link(`test ${name}`, name, `/tests/${encodeURIComponent(name)}`, title ?? undefined),
      ),
    [catalog],
  );
  const pages = [
    ...navigation.map(({ path, name }) => link(`view ${path}`, name, path)),
    link('view /compare', 'Compare', '/compare'),
    link('view /channels', 'Channels of messages', '/channels'),
    link('view /rules', 'Rules of messages', '/rules'),
    link('view /templates', 'Templates of messages', '/templates'),
    link('view /alerts', 'Alerts', '/alerts'),
    link('view /lint', 'Lint', '/lint'),
    link('view /used-by', 'Used by: who uses a name', '/used-by'),
    link('view /quarantines', 'Quarantines and notes of causes', '/quarantines'),
    link('view /saved-selections', 'Saved selections', '/saved-selections'),
    link('view /account', 'Tokens, password and subscriptions', '/account'),
    // A page of its own, outside of this application.
    { id: 'view /api/docs', label: 'API', run: () => window.location.assign(addressOf('/api/docs')) },
    ...(isAllowed('operator') ? [link('view /retention', 'Retention', '/retention')] : []),
    ...(isAllowed('admin')
      ? [link('view /users', 'Users', '/users'), link('view /audit', 'Audit trail', '/audit')]
      : []),
  ];
  const actions = [
    ...(isAllowed('operator')
      ? [
          link('new run', 'New run', '/new'),
          link('new schedule', 'New schedule', '/new-schedule'),
          link('new channel', 'New channel', '/new-channel'),
          link('new rule', 'New rule', '/new-rule'),
        ]
      : []),
    ...environments.actions,
    ...settings,
  ];
  return [
    { name: 'Views', entries: pages },
    { name: 'Saved views', entries: views.map(({ name, address }) => link(`saved ${name}`, name, address)) },
    { name: 'Actions', entries: actions },
    {
      name: 'Runs',
      entries: runs.map(({ id, label, detail }) => link(`run ${id}`, label, `/runs/${id}`, detail)),
    },
    { name: 'Environments', entries: environments.links },
    {
      name: 'Schedules',
      entries: (schedules?.schedules ?? []).map(({ name, summary }) =>
        link(`schedule ${name}`, name, schedulePage(name), summary),
      ),
    },
    {
      name: 'Submissions',
      entries: submissions.map(({ id, label, detail }) => link(id, label, id, detail)),
    },
    { name: 'Tests', entries: tests },
  ];
}

/** The newest submissions, and the newest finished one of each schedule. */
function useSubmissions(schedules: readonly { name: string }[]): Omit<Entry, 'run'>[] {
  const { data } = useQuery(submissionsQuery({ limit: recentSubmissions }));
  return [
    ...schedules.map(({ name }) => ({ id: latestPage(name), label: `Newest submission of ${name}` })),
    ...(data?.submissions ?? []).map((submission) => ({
      id: submissionPage(submission.id),
      label: `${nameOf(submission)}, ${submissionDay(submission.createdAt)}`,
      detail: sentenceOf(submission)
        .map(({ text }) => text)
        .join(', '),
    })),
  ];
}

function useRuns() {
  const { data } = useQuery({
    queryKey: ['runs', 'recent'],
    queryFn: ({ signal }) => get<typeof listRuns>('/api/runs', { query: { limit: recentRuns }, signal }),
  });
  return (data?.runs ?? []).map((run) => ({
    id: run.id,
    label: `#${run.id} ${run.summary}`,
    detail: `${run.environment}, ${statusOfRun(run)}`,
  }));
}

/** The environments, and the actions on them: pause one, or resume it. */
function useEnvironments(isOperator: boolean): { links: Entry[]; actions: Entry[] } {
  const [, go] = useLocation();
  const { data } = useQuery(nowQuery);
  const resume = useAction({
    run: (code: string) => post<typeof resumeEnvironment>(`/api/environments/${code}/resume`),
    successMessage: (_, code) => `${code} was resumed.`,
    invalidates: [['environments'], ...environmentKeys('')],
  });
  const lanes = data?.lanes ?? [];
  return {
    links: lanes.map(({ code, name }) => ({
      id: `environment ${code}`,
      label: code,
      detail: name,
      run: () => go(`/environments/${code}`),
    })),
    actions: !isOperator
      ? []
      : lanes.map(({ code, paused }) =>
          paused === null
            ? {
                id: `pause ${code}`,
                label: `Pause ${code}…`,
                searchedOnly: true,
                run: () => go(`/environments/${code}?pause=${code}`),
              }
            : {
                id: `resume ${code}`,
                label: `Resume ${code}`,
                searchedOnly: true,
                run: () => resume.mutate(code),
              },
        ),
  };
}

/** Settings of this browser. */
function useSettings(): Entry[] {
  const { setColorScheme } = useMantineColorScheme();
  const { state, change } = useNotifications();
  const schemes = [
    ['light', 'Light colours'],
    ['dark', 'Dark colours'],
    ['auto', 'Colours of the system'],
  ] as const;
  return [
    ...(state === 'off'
      ? [
          {
            id: 'notify',
            label: notifyLabels.off,
            run: () => void change(true),
          },
        ]
      : []),
    ...(state === 'on'
      ? [
          {
            id: 'notify',
            label: notifyLabels.on,
            run: () => void change(false),
          },
        ]
      : []),
    ...schemes.map(([scheme, label]) => ({
      id: `scheme ${scheme}`,
      label,
      run: () => setColorScheme(scheme),
    })),
  ];
}
