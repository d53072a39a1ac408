import { describeAction, type Hook, type HookAction } from '../../model/hook.ts';
import { defaultHookSeconds } from '../../model/limits.ts';
import type { Configuration } from '../core/context.ts';
import { type ProjectHook, splitHookKey } from './project-file.ts';

/** The key of a hook in a file. */
export function hookKeyOf({ environment, name }: Pick<Hook, 'environment' | 'name'>): string {
  return environment === undefined ? name : `${environment}/${name}`;
}

/**
 * The fields of a hook, in words. A file that does not say whether a hook is switched off, or its position, leaves that as in `current`.
 */
export function hookFieldsOf(
  hook: Hook | ProjectHook,
  current?: Hook,
): Record<
  'moment' | 'position' | 'enabled' | 'does' | 'details' | 'timeLimitSeconds' | 'repeatable',
  string | null
> {
  const { moment, action, timeLimitSeconds = defaultHookSeconds, repeatable } = hook;
  const { position = current?.position, enabled = current?.enabled ?? true } = hook;
  return {
    moment,
    position: position === undefined ? null : String(position),
    enabled: String(enabled),
    does: describeAction(action),
    details: detailsOf(action),
    timeLimitSeconds: String(timeLimitSeconds),
    repeatable: String(repeatable),
  };
}

/** What `describeAction` leaves out. */
function detailsOf(action: HookAction): string {
  if (action.kind === 'command') {
    const { argv, folder, variables } = action;
    return JSON.stringify([argv, folder ?? null, variables]);
  }
  const { headers, body = null, statuses = null, wait } = action;
  const waits = wait && [wait.everySeconds, wait.field ?? null, wait.values, wait.failedValues];
  return JSON.stringify([Object.entries(headers).sort(), body, statuses, waits ?? null]);
}

/** Adds or changes a hook as a file declares it. Errors: ENVIRONMENT_UNKNOWN, and those of the table. */
export async function applyHook(
  { environments, hooks }: Configuration,
  { project, by }: { project: string; by: string },
  { key, current, file }: { key: string; current: Hook | undefined; file: ProjectHook },
): Promise<void> {
  const { code, name } = splitHookKey(key);
  const scope = code === undefined ? 'global' : (await environments.get(code)).id;
  const { enabled = current?.enabled ?? true, position, ...rest } = file;
  if (current) {
    const fields = {
      ...rest,
      enabled,
      position: position ?? current.position,
      appliedFrom: current.appliedFrom,
    };
    await hooks.update(scope, name, by, () => fields);
  } else {
    await hooks.create(scope, name, by, { ...rest, enabled, position, appliedFrom: project });
  }
}

/** Removes a hook. */
export async function removeHook({ environments, hooks }: Configuration, key: string): Promise<void> {
  const { code, name } = splitHookKey(key);
  await hooks.remove(code === undefined ? 'global' : (await environments.get(code)).id, name);
}
