import { z } from 'zod';
import { hookMethods, hookMoments, isHookName } from '../../model/hook.ts';
import {
  defaultHookSeconds,
  maxHookArguments,
  maxHookBodyLength,
  maxHookHeaders,
  maxHookPosition,
  maxHookSeconds,
  maxHookUrlLength,
  maxHookWaitSeconds,
} from '../../model/limits.ts';
import { exactLine, line, text, variableName, wholeNumber } from '../core/fields.ts';

export const hookName = z
  .string()
  .refine(isHookName, 'must be 1 to 63 lower-case letters, digits, - or _, starting with a letter or digit');

const maxValues = 20;
const values = z.array(line(200)).max(maxValues);

/** The supervisor of commands reads these: they would move its guards. */
const reservedVariable = /^(?:MATRE_|LD_|PATH$|IFS$|ENV$|BASH_ENV$)/;

const command = z.strictObject({
  kind: z.literal('command'),
  argv: z
    .array(text(4_000))
    .min(1)
    .max(maxHookArguments)
    .refine(([program = '']) => program !== '', 'must begin with a program')
    .describe('The program and its arguments; no shell reads them'),
  folder: line(1_000)
    .refine((path) => path.startsWith('/'), 'must be an absolute path in the container')
    .optional()
    .describe('Where it is executed; without it, in the Magento tree'),
  variables: z
    .array(variableName.refine((name) => !reservedVariable.test(name), 'is reserved'))
    .max(100)
    .default([])
    .describe('Variables of the environment that it gets in its process environment, also secret ones'),
});

/** A header that says who asks. Its value must come from a variable, because hooks are shown to every user. */
const secretHeader = /authori[sz]ation|token|secret|password|cookie|api-?key|access-?key|credential/i;

const headers = z
  .record(
    z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'must be the name of a header'),
    exactLine(4_000),
  )
  .default({})
  .refine((all) => Object.keys(all).length <= maxHookHeaders, `must be at most ${maxHookHeaders}`)
  .refine(
    (all) =>
      Object.entries(all).every(([name, value]) => !secretHeader.test(name) || /\{\{ ?\w+ ?\}\}/.test(value)),
    'must have no secret: store it as a secret variable, and write {{NAME}}',
  );

const url = line(maxHookUrlLength)
  .refine((address) => /^https?:\/\/[^/?#]/i.test(address), 'must be an http:// or https:// address')
  .refine(
    (address) => !(/^[a-z]+:\/\/([^/?#]*)/i.exec(address)?.[1] ?? '').includes('@'),
    'must have no user and password: send them in a header with {{NAME}}',
  );

const request = z.strictObject({
  kind: z.literal('request'),
  method: z.enum(hookMethods).default('GET'),
  url: url.describe('May have variables as {{NAME}}, as headers and body may'),
  headers,
  body: text(maxHookBodyLength).optional(),
  statuses: z
    .array(wholeNumber(100, 599))
    .min(1)
    .max(maxValues)
    .optional()
    .describe('The statuses that pass; without it 200 to 299'),
  wait: z
    .strictObject({
      everySeconds: wholeNumber(1, maxHookWaitSeconds).default(10),
      field: line(200)
        .regex(/^[^.]+(?:\.[^.]+)*$/, 'must be a path such as deployment.state')
        .optional()
        .describe('The path of a field in the JSON of the answer, such as deployment.state or items.0.state'),
      values: values.default([]).describe('The values of the field that end the waiting'),
      failedValues: values.default([]).describe('The values of the field that fail the hook at once'),
    })
    .refine(
      ({ field, values }) => (field === undefined) === (values.length === 0),
      'must have both field and values, or neither',
    )
    .optional()
    .describe('Repeats the request until its answer matches, or the time limit is over'),
});

const action = z.discriminatedUnion('kind', [command, request]);

/** The fields of a hook besides its name and its environment. */
export const hookFields = {
  moment: z.enum(hookMoments).describe('Before the first test of a run, or when its verdict is decided'),
  position: wholeNumber(1, maxHookPosition)
    .optional()
    .describe('Hooks of one moment are executed by position, then by name; by default the last'),
  enabled: z.boolean().default(true),
  action,
  timeLimitSeconds: wholeNumber(1, maxHookSeconds).default(defaultHookSeconds),
  repeatable: z
    .boolean()
    .default(false)
    .describe(
      'It may be started again when it was interrupted: when a worker dies, how far it came is unknown',
    ),
};

/** The same, each optional and without a default, for changes. */
export const hookChanges = {
  moment: z.enum(hookMoments).optional(),
  position: wholeNumber(1, maxHookPosition).optional(),
  enabled: z.boolean().optional(),
  action: action.optional(),
  timeLimitSeconds: wholeNumber(1, maxHookSeconds).optional(),
  repeatable: z.boolean().optional(),
};
