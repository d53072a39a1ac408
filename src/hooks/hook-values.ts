import type { Verdict } from '../model/run.ts';
import type { HookPlace } from './hook-place.ts';

/** The run of a hook; `verdict` after the tests. */
interface HookRun {
  id: number;
  attempt: number;
  environment: { code: string; baseUrl: string };
  /** The id of the commit of the first test module. */
  commit: string;
  verdict?: Verdict | undefined;
}

/** The values that hooks get: those of the environment, and those of the run (MATRE_...), which come last. */
export function hookValues(
  ofEnvironment: readonly { name: string; value: string }[],
  { id, attempt, environment, commit, verdict }: HookRun,
): Pick<HookPlace, 'values' | 'runVariables'> {
  const ofRun: Record<string, string> = {
    MATRE_RUN: String(id),
    MATRE_ATTEMPT: String(attempt),
    MATRE_ENVIRONMENT: environment.code,
    MATRE_BASE_URL: environment.baseUrl,
    MATRE_COMMIT: commit,
    ...(verdict !== undefined && { MATRE_VERDICT: verdict }),
  };
  return {
    values: new Map([
      ...ofEnvironment.map(({ name, value }): [string, string] => [name, value]),
      ...Object.entries(ofRun),
    ]),
    runVariables: Object.keys(ofRun),
  };
}
