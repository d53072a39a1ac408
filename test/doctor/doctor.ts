import { matreItself } from '../../src/model/access.ts';
import type { Context } from '../../src/operations/core/context.ts';
import { fixDoctor, type ReportView, showDoctor } from '../../src/operations/system/doctor.ts';

export type CheckView = ReportView['checks'][number];

/** Runs the doctor as an admin. */
export function askDoctor(
  context: Context,
  options: { environment?: string; fix?: boolean } = {},
): Promise<ReportView> {
  const { environment, fix = false } = options;
  const operation = fix ? fixDoctor : showDoctor;
  return operation.run(context, { environment }, { principal: matreItself });
}

/** The result of one check. */
export function checkOf({ checks }: ReportView, name: string): CheckView {
  const match = checks.find((check) => check.name === name);
  if (!match) throw new Error(`There is no check ${name}.`);
  return match;
}

/** The codes of the problems of a report, with their subjects. */
export function problemsOf({ checks }: ReportView): [string | null, string | null][] {
  return checks.flatMap(({ findings }) =>
    findings
      .filter(({ standing }) => standing === 'problem')
      .map(({ code, about }): [string | null, string | null] => [code, about]),
  );
}
