import { z } from 'zod';
import { splitBaseUrl } from '../../model/address/base-url.ts';
import { isEnvironmentCode } from '../../model/environment.ts';
import { isHookName } from '../../model/hook.ts';
import { newCode, newScheduleName, scheduleName } from '../core/fields.ts';
import { addEnvironment } from '../environments/environments.ts';
import { modules } from '../environments/module-fields.ts';
import { hookFields } from '../hooks/hook-fields.ts';
import { addSavedSelection } from '../saved-selections/saved-selections.ts';
import { addSchedule } from '../schedules/schedules.ts';

/** Bytes of a `matre.yml`. Reading it keeps the event loop from turning: the worst text of this size takes 100 ms (measured). */
export const maxProjectFileBytes = 64 * 1024;

const maxEntries = 500;

const entries = <Value extends z.ZodType>(key: z.ZodType<string, string>, value: Value) =>
  z
    .record(key, value)
    .default({})
    .refine((all) => Object.keys(all).length <= maxEntries, `must have at most ${maxEntries} entries`);

/** An environment without what is secret. */
const environment = addEnvironment.input
  .omit({ code: true, adminPassword: true })
  .extend({
    baseUrl: addEnvironment.input.shape.baseUrl.refine(
      (url) => splitBaseUrl(url).credentials === undefined,
      'has a password, which a file in a repository must not have. Remove it, and set it with `matre env edit CODE --base-url`',
    ),
    modules: modules
      .refine(
        (all) => all.every(({ password }) => password === undefined),
        'has a password, which a file in a repository must not have. Remove it, and set it with `matre env edit CODE --module`',
      )
      .optional(),
  })
  .strict();

const savedSelection = addSavedSelection.input
  .omit({ name: true })
  .extend({ disabled: z.boolean().optional() })
  .strict();

const schedule = addSchedule.input
  .omit({ name: true })
  .extend({ paused: z.boolean().optional() })
  .strict()
  .check((context) => {
    const { saved, selection, environments } = context.value;
    const report = (message: string) =>
      context.issues.push({ code: 'custom', message, input: context.value, path: [] });
    if ((saved === undefined) === (selection === undefined)) report('must have either saved or selection');
    if (saved === undefined && environments === undefined) report('must have environments, or saved');
  });

/** `NAME` is a hook of all environments, `CODE/NAME` one of an environment. */
const hookKey = z.string().refine((key) => {
  const parts = key.split('/');
  return (
    parts.length <= 2 &&
    isHookName(parts.at(-1) ?? '') &&
    (parts.length === 1 || isEnvironmentCode(parts[0] ?? ''))
  );
}, 'must be the name of a hook, or CODE/NAME for one of an environment');

const { enabled, ...alwaysHook } = hookFields;
const hook = z.strictObject({ ...alwaysHook, enabled: enabled.unwrap().optional() });

/** The environment and the name of a hook by its key. */
export function splitHookKey(key: string): { code: string | undefined; name: string } {
  const [code, name] = key.includes('/') ? key.split('/') : [undefined, key];
  return { code, name: name ?? '' };
}

/** The content of a `matre.yml`: what an installation should have, without secrets. */
export const projectFile = z.strictObject({
  project: scheduleName.default('matre.yml').describe('Marks what was added from the file, for --prune'),
  environments: entries(newCode, environment),
  selections: entries(newScheduleName, savedSelection),
  schedules: entries(newScheduleName, schedule),
  hooks: entries(hookKey, hook),
});
export type ProjectFile = z.output<typeof projectFile>;
export type ProjectEnvironment = ProjectFile['environments'][string];
export type ProjectSelection = ProjectFile['selections'][string];
export type ProjectSchedule = ProjectFile['schedules'][string];
export type ProjectHook = ProjectFile['hooks'][string];

/** Fields that people look for in such a file, and what to do instead. */
const refusedFields: [pattern: RegExp, advice: string][] = [
  [
    /password|secret|token|credential|private|key$/i,
    'is a secret, which a file in a repository must not have. Remove it; `matre env edit CODE --ask-admin-password` and `matre env set` store it encrypted',
  ],
  [/^variables?$/i, 'may be secret, so variables are not in this file; set them with `matre env set`'],
  [/^code$/i, 'is the key of the environment'],
  [/^name$/i, 'is the key of the entry'],
  [/^retry|^failed|^max/i, 'belongs into options'],
  [
    /^(tests|groups|suites|patterns|severities|modules|exclude|excludeSkipped|playwright|all)$/,
    'belongs into selection',
  ],
];

/** A sentence about a field that the schema does not have. */
export function describeUnknownField(name: string): string {
  const advice = refusedFields.find(([pattern]) => pattern.test(name))?.[1];
  return `${name} ${advice ?? 'is not a known field'}`;
}
