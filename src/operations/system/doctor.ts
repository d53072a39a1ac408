import { z } from 'zod';
import { checks } from '../../doctor/checks.ts';
import { type CheckReport, type Report, runChecks } from '../../doctor/run-checks.ts';
import type { Context } from '../core/context.ts';
import { code } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/environments.ts';

const standing = z.enum(['well', 'warning', 'unknown', 'problem']);

const reportView = z.object({
  healthy: z.boolean().describe('Every check could look, and found no problem; there may be warnings'),
  tookMs: z.number(),
  checks: z.array(
    z.object({
      name: z.string(),
      looksAt: z.string(),
      standing: standing.describe('The worst of its findings'),
      tookMs: z.number(),
      findings: z.array(
        z.object({
          standing,
          about: z.string().nullable().describe('An environment, a container, a worker, an address'),
          found: z.string(),
          code: z.string().nullable(),
          meaning: z.string().nullable(),
          remedy: z.string().nullable().describe('The command or setting that mends it'),
          fixable: z.boolean().describe('It can be mended safely by itself'),
        }),
      ),
      healed: z.array(z.string()).describe('What was done about it'),
    }),
  ),
});
export type ReportView = z.output<typeof reportView>;

const scope = { environment: code.optional().describe('Only what concerns this one, of all by default') };

export const showDoctor = defineOperation({
  name: 'doctor.show',
  method: 'GET',
  path: '/api/doctor',
  summary: 'Look for every cause of trouble that is known; changes nothing',
  role: 'viewer',
  audited: false,
  input: z.object(scope),
  output: reportView,
  run: (context, { environment }, { principal: who }) =>
    lookAt(context, environment, { fix: false, maySignIn: who.role !== 'viewer' }),
});

export const fixDoctor = defineOperation({
  name: 'doctor.fix',
  method: 'POST',
  path: '/api/doctor/fix',
  summary: 'The same, and mend what can be mended safely: only what is ours, and nothing that a run uses',
  role: 'operator',
  audited: ({ environment }) => environment ?? 'all environments',
  input: z.object(scope),
  output: reportView,
  run: (context, { environment }) => lookAt(context, environment, { fix: true, maySignIn: true }),
});

async function lookAt(
  context: Context,
  wanted: string | undefined,
  { fix, maySignIn }: { fix: boolean; maySignIn: boolean },
): Promise<ReportView> {
  const { config, database, locks, workers, environments, runs, queue } = context;
  let opening: ReturnType<Context['examined']> | undefined;
  const examined = {
    config,
    database,
    locks,
    workers,
    environments: wanted === undefined ? await environments.list() : [await getEnvironment(context, wanted)],
    allEnvironments: () => environments.list(),
    maySignIn,
    runningClaims: () => queue.runningClaims(),
    runningCommits: () => runs.commitsInUse(),
    // Once for all checks: each would ask for the newest commit again.
    containers() {
      opening ??= context.examined();
      return opening;
    },
  };
  return view(await runChecks(checks, examined, { fix }));
}

/** The word for a status in the API. */
const standingOf = (status: CheckReport['status']) => (status === 'ok' ? 'well' : status);

function view({ checks, ...report }: Report): ReportView {
  return {
    ...report,
    checks: checks.map(({ name, description, status, tookMs, findings, selfRepairs }) => ({
      name,
      looksAt: description,
      standing: standingOf(status),
      tookMs,
      findings: findings.map(({ status, about, message, code, meaning, remedy, fixable }) => ({
        standing: standingOf(status),
        about: about ?? null,
        found: message,
        code: code ?? null,
        meaning: meaning ?? null,
        remedy: remedy ?? null,
        fixable,
      })),
      healed: selfRepairs,
    })),
  };
}
