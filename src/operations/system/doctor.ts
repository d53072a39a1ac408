import { z } from 'zod';
import { checks } from '../../doctor/checks.ts';
import { type CheckReport, type Report, runChecks } from '../../doctor/run-checks.ts';
import type { Context } from '../core/context.ts';
import { code } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { getEnvironment } from '../environments/get-environment.ts';
import { createCheckContext } from './check-context.ts';

/** The frozen name of the status of a check or finding in the API. */
const standing = z.enum(['well', 'warning', 'unknown', 'problem']);

const reportView = z.object({
  healthy: z.boolean().describe('Every check completed without a problem; there may be warnings'),
  tookMs: z.number(),
  checks: z.array(
    z.object({
      name: z.string(),
      label: z
        .string()
        .describe('Its result in a few words: what is fine, what is wrong, or what could not be checked'),
      looksAt: z.string(),
      standing: standing.describe('The worst status of its findings'),
      tookMs: z.number(),
      findings: z.array(
        z.object({
          standing,
          about: z.string().nullable().describe('The environment, container, worker or address concerned'),
          found: z.string(),
          code: z.string().nullable(),
          meaning: z.string().nullable(),
          remedy: z.string().nullable().describe('The command or setting that fixes it'),
          fixable: z.boolean().describe('`--fix` can repair it safely'),
        }),
      ),
      groups: z
        .array(
          z.object({
            standing,
            title: z
              .string()
              .nullable()
              .describe('`191 environments: the module env file is missing`; null for a single finding'),
            found: z
              .string()
              .nullable()
              .describe(
                'The text of its findings, with a placeholder for what each is about; null when they differ',
              ),
            remedy: z.string().nullable().describe('What to do, with the same placeholder'),
            findings: z.array(z.number()).describe('Positions in `findings`, from 0'),
          }),
        )
        .describe('The findings as people read them: three or more with one cause are one group'),
      healed: z.array(z.string()).describe('Repairs that were made'),
    }),
  ),
});
export type ReportView = z.output<typeof reportView>;

const scope = { environment: code.optional().describe('Check only this environment; by default all') };

export const showDoctor = defineOperation({
  name: 'doctor.show',
  method: 'GET',
  path: '/api/doctor',
  summary: 'Check for every known cause of trouble; changes nothing',
  role: 'viewer',
  audited: false,
  input: z.object(scope),
  output: reportView,
  run: (context, { environment }, { principal }) =>
    examine(context, environment, { fix: false, maySignIn: principal.role !== 'viewer' }),
});

export const fixDoctor = defineOperation({
  name: 'doctor.fix',
  method: 'POST',
  path: '/api/doctor/fix',
  summary:
    'Check for every known cause of trouble, and repair what is safe: only what belongs to this installation, and nothing that a run uses',
  role: 'operator',
  audited: ({ environment }) => environment ?? 'all environments',
  input: z.object(scope),
  output: reportView,
  run: (context, { environment }) => examine(context, environment, { fix: true, maySignIn: true }),
});

async function examine(
  context: Context,
  code: string | undefined,
  { fix, maySignIn }: { fix: boolean; maySignIn: boolean },
): Promise<ReportView> {
  const environments =
    code === undefined ? await context.environments.list() : [await getEnvironment(context, code)];
  const scope = { environments, areNamed: code !== undefined, maySignIn };
  return view(await runChecks(checks, createCheckContext(context, scope), { fix }));
}

/** The value of a status in the API. */
const standingOf = (status: CheckReport['status']) => (status === 'ok' ? 'well' : status);

function view({ checks, ...report }: Report): ReportView {
  return {
    ...report,
    checks: checks.map(({ name, label, description, status, tookMs, findings, groups, selfRepairs }) => ({
      name,
      label,
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
      groups: groups.map(({ status, title, message, remedy, findings }) => ({
        standing: standingOf(status),
        title: title ?? null,
        found: message ?? null,
        remedy: remedy ?? null,
        findings,
      })),
      healed: selfRepairs,
    })),
  };
}
