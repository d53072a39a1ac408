import type { Check, FindingReport } from '../../doctor/check.ts';
import type { CheckContext } from '../../doctor/check-context.ts';
import { containerNameTaken } from '../../doctor/checks/container-name-taken.ts';
import { dataFolderOpen } from '../../doctor/checks/data-folder-open.ts';
import { engineAway } from '../../doctor/checks/engine-away.ts';
import { filesApart } from '../../doctor/checks/files-apart.ts';
import { locksForeign } from '../../doctor/checks/locks-foreign.ts';
import { locksForgotten } from '../../doctor/checks/locks-forgotten.ts';
import { moduleAway, moduleEnvFileMissing } from '../../doctor/checks/module-away.ts';
import { queueStuck } from '../../doctor/checks/queue-stuck.ts';
import { seleniumAway } from '../../doctor/checks/selenium-away.ts';
import { seleniumSessionsLeft } from '../../doctor/checks/selenium-sessions-left.ts';
import { shopAway } from '../../doctor/checks/shop-away.ts';
import { storesOpen } from '../../doctor/checks/stores-open.ts';
import { findingsOf } from '../../doctor/run-checks.ts';
import type { AlertObservation } from '../../model/alert.ts';

/**
 * Checks whose problems are alerts: those that cost little, sign in nowhere, and find what no run repairs. Disks, workers, schedules and
 * the engine itself have alerts of their own, with limits that do not flap.
 */
export const watchedChecks: readonly Check[] = [
  locksForeign,
  locksForgotten,
  filesApart,
  queueStuck,
  moduleAway,
  moduleEnvFileMissing,
  seleniumAway,
  seleniumSessionsLeft,
  shopAway,
];

/** The same for what each host has for itself. */
export const watchedHostChecks: readonly Check[] = [
  dataFolderOpen,
  storesOpen,
  engineAway,
  containerNameTaken,
];

/** Codes that other kinds of alerts report. */
const reportedElsewhere = new Set<FindingReport['code']>([
  'ENGINE_UNREACHABLE',
  'ENGINE_FAILED',
  'DISK_FULL',
  'WORKER_LOST',
  'WORKERS_MISSING',
]);
/** Environments that a check looks at together, so that shops and containers are not all asked at once. */
const chunkSize = 8;

/**
 * What these checks find, one after the other and without repairs: problems are present, warnings are not. What a check could not find
 * out, and what `signal` kept from being checked, is undecided. `host`: for checks of one host, its name.
 */
export async function observeFindings(
  checks: readonly Check[],
  context: CheckContext,
  { host, signal }: { host?: string; signal: AbortSignal },
): Promise<AlertObservation[]> {
  const paused = context.environments.filter(({ paused }) => paused).map(({ code }) => code);
  const active = context.environments.filter(({ paused }) => !paused);
  const observations: AlertObservation[] = [];
  for (const check of checks) {
    const findings: FindingReport[] = [];
    let isComplete = true;
    for (const environments of chunked.has(check) ? chunksOf(active) : [active]) {
      if (signal.aborted) {
        isComplete = false;
        break;
      }
      findings.push(...(await findingsOf(check, { ...context, environments })));
    }
    const about = host === undefined ? [] : [host];
    observations.push(observeCheck(check.name, findings, { about, paused, isComplete }));
  }
  return observations;
}

/** Checks that ask something for each environment. */
const chunked = new Set<Check>([shopAway, moduleEnvFileMissing]);

function chunksOf<Item>(items: readonly Item[]): (readonly Item[])[] {
  const count = Math.ceil(items.length / chunkSize);
  return Array.from({ length: count }, (_, index) => items.slice(index * chunkSize, (index + 1) * chunkSize));
}

/** The observation of one check. Exported for tests. */
export function observeCheck(
  check: string,
  findings: readonly FindingReport[],
  options: { about: readonly string[]; paused: readonly string[]; isComplete: boolean },
): AlertObservation {
  const { about: host, paused, isComplete } = options;
  const source = ['doctor-finding', [check, ...host].join('@')].join('/');
  const present = new Map<string, AlertObservation['present'][number]>();
  const undecided: string[] = [...paused];
  let isUndecided = !isComplete;
  for (const { status, about, message, code, remedy } of findings) {
    if (status === 'unknown' || reportedElsewhere.has(code) || code === 'INTERNAL') {
      if (about === undefined) isUndecided = true;
      else undecided.push(about);
    } else if (status === 'problem') {
      const subject = [check, ...host, ...(about === undefined ? [] : [about])].join(' ');
      // Two findings about one thing are one condition: the first is the one to fix first.
      const key = about ?? code ?? check;
      if (present.has(key)) continue;
      present.set(key, {
        key,
        subject,
        message: host.length === 0 ? message : `On ${host[0]}: ${message}`,
        action: remedy ?? 'matre doctor says more.',
        page: '/doctor',
      });
    }
  }
  return {
    source,
    kind: 'doctor-finding',
    present: [...present.values()],
    undecided: isUndecided ? 'others' : undecided,
    endReason: 'The check of the doctor finds no problem any more.',
  };
}
