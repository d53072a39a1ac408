import { z } from 'zod';
import { isForeignHash } from '../crypto/foreign-hash.ts';
import { Fault } from '../faults/fault.ts';
import { type Principal, roles } from '../model/access.ts';
import { addChannel, disableChannel, editChannel } from '../operations/channels/channels.ts';
import type { Context } from '../operations/core/context.ts';
import { newUserName } from '../operations/core/fields.ts';
import { type Operation, parseInput } from '../operations/core/operation.ts';
import {
  addEnvironment,
  editEnvironment,
  pauseEnvironment,
  resumeEnvironment,
} from '../operations/environments/environments.ts';
import { setVariables, storeVariables } from '../operations/environments/variables.ts';
import { addRule, editRule } from '../operations/rules/rules.ts';
import { setSubscription } from '../operations/rules/subscriptions.ts';
import { setTemplate } from '../operations/rules/templates.ts';
import {
  addSavedSelection,
  disableSavedSelection,
  editSavedSelection,
  enableSavedSelection,
} from '../operations/saved-selections/saved-selections.ts';
import {
  addSchedule,
  editSchedule,
  pauseSchedule,
  resumeSchedule,
} from '../operations/schedules/schedules.ts';
import { editUser } from '../operations/users/users.ts';
import type { Fields, ItemKind } from './mapping/item.ts';
import type { PlannedItem } from './plan.ts';

/** Asks for an operation as the user who imports; `as` is the owner of a subscription. */
type Ask = <Input extends z.ZodObject, Output extends z.ZodType>(
  operation: Operation<Input, Output>,
  input: unknown,
  as?: Principal,
) => Promise<unknown>;

/**
 * How an item of a kind is written. `changed` has the fields that change, `undefined` for those that get no value any more, and `fields`
 * all that it has afterwards.
 */
interface Writer {
  add(ask: Ask, here: string, fields: Fields, importer: Importer): Promise<void>;
  change(ask: Ask, here: string, changed: Changed, fields: Fields, importer: Importer): Promise<void>;
}

interface Importer {
  context: Context;
  by: Principal;
  /** Add schedules paused and channels switched off, because php-matre still fires and sends. */
  paused: boolean;
}

type Changed = Readonly<Record<string, string | undefined>>;

/** Writes an item as the plan says, by the operations that users have, which check it. Errors: those of the operations. */
export async function applyItem(
  context: Context,
  { item, here, action, changes, after }: PlannedItem,
  { by, paused }: Pick<Importer, 'by' | 'paused'>,
): Promise<void> {
  const importer = { context, by, paused };
  const ask: Ask = async (operation, input, as = by) =>
    operation.run(context, parseInput(operation, input), { principal: as });
  const writer = writers[item.kind];
  if (action === 'add') return writer.add(ask, here, after, importer);
  const changed = Object.fromEntries(changes.map(({ field }) => [field, item.fields[field]]));
  return writer.change(ask, here, changed, after, importer);
}

const listOf = (text: string | undefined) => (text ? text.split(', ') : []);
const jsonOf = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text));

/** Only the fields that change. */
const withValues = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const isAny = (fields: object) => Object.keys(fields).length > 0;

const environment: Writer = {
  async add(ask, code, { paused, ...fields }) {
    await ask(addEnvironment, { code, ...fields });
    if (paused) await ask(pauseEnvironment, { code, reason: paused });
  },
  async change(ask, code, { paused, ...rest }, fields) {
    const adminPassword = 'adminPassword' in rest ? { adminPassword: rest['adminPassword'] ?? null } : {};
    const changes = { ...withValues(rest), ...adminPassword };
    if (isAny(changes)) await ask(editEnvironment, { code, ...changes });
    if (paused !== undefined) await ask(pauseEnvironment, { code, reason: paused });
    else if (!('paused' in fields)) await ask(resumeEnvironment, { code });
  },
};

/**
 * Checked as `variables.set` does, without its answer, which lists all variables: an import has thousands. Without a description that of
 * the stored variable stays.
 */
async function setVariable(here: string, fields: Changed, { context, by }: Importer): Promise<void> {
  const at = here.indexOf(':');
  const scope = here.slice(0, at);
  const { value, secret, description } = fields;
  const input = { name: here.slice(at + 1), value, secret: secret === 'true', description };
  const of = scope === 'global' ? {} : { environment: scope };
  const { variables } = parseInput(setVariables, { ...of, variables: [input] });
  const id = scope === 'global' ? 'global' : (await context.environments.get(scope)).id;
  await storeVariables(context, id, variables, { rule: context.secretRule, by: by.name });
  if (id !== 'global') await context.shopModules.forgetRefusal(id);
}

const variable: Writer = {
  add: (_, here, fields, importer) => setVariable(here, fields, importer),
  change: (_, here, _changed, fields, importer) =>
    setVariable(here, { ...fields, description: fields['description'] ?? '' }, importer),
};

const userFields = z.object({
  name: newUserName,
  role: z.enum(roles),
  password: z.string().refine(isForeignHash, 'is no hash that can be checked'),
});

const user: Writer = {
  async add(ask, name, { deactivated, ...fields }, { context: { access } }) {
    await access.accounts.create(parseInput({ input: userFields }, { name, ...fields }));
    if (deactivated) await ask(editUser, { name, active: false });
  },
  async change(ask, name, changed, _, { context: { access } }) {
    const { deactivated, ...rest } = changed;
    // Not what stays: a user who has signed in has a hash of matre.
    const { role, password } = parseInput({ input: userFields.partial() }, withValues(rest));
    if ('deactivated' in changed) await ask(editUser, { name, active: !deactivated });
    if (role !== undefined) await access.accounts.setRole(name, role);
    if (password !== undefined) await access.accounts.setPassword(name, password);
  },
};

const savedSelection: Writer = {
  async add(ask, name, { selection, environments, description, disabled }) {
    const lists = { selection: jsonOf(selection), environments: listOf(environments) };
    await ask(addSavedSelection, { name, description: description ?? '', ...lists });
    if (disabled) await ask(disableSavedSelection, { name });
  },
  async change(ask, name, changed) {
    const changes = {
      ...('selection' in changed && { selection: jsonOf(changed['selection']) }),
      ...('environments' in changed && { environments: listOf(changed['environments']) }),
      ...('description' in changed && { description: changed['description'] ?? '' }),
    };
    if (isAny(changes)) await ask(editSavedSelection, { name, ...changes });
    if ('disabled' in changed) {
      await ask(changed['disabled'] ? disableSavedSelection : enableSavedSelection, { name });
    }
  },
};

const schedule: Writer = {
  async add(ask, name, { paused, environments, selection, ...fields }, importer) {
    const lists = { environments: listOf(environments), ...withValues({ selection: jsonOf(selection) }) };
    await ask(addSchedule, { name, ...fields, ...lists });
    if (paused || importer.paused) await ask(pauseSchedule, { name });
  },
  async change(ask, name, changed) {
    const { paused: _, environments, selection, ...rest } = changed;
    const lists = withValues({
      environments: environments && listOf(environments),
      selection: jsonOf(selection),
    });
    const changes = { ...withValues(rest), ...lists };
    if (isAny(changes)) await ask(editSchedule, { name, ...changes });
    if ('paused' in changed) await ask(changed['paused'] ? pauseSchedule : resumeSchedule, { name });
  },
};

const channel: Writer = {
  async add(ask, name, { kind, settings, secrets, personal }, { paused }) {
    const objects = { settings: jsonOf(settings), secrets: jsonOf(secrets) };
    await ask(addChannel, { name, kind, ...objects, personal: personal === 'true' });
    if (paused) await ask(disableChannel, { name });
  },
  async change(ask, name, changed, { settings, secrets }) {
    if ('kind' in changed) throw new Fault('INPUT_INVALID', `The kind of channel ${name} cannot be changed.`);
    const personal = 'personal' in changed ? { personal: changed['personal'] === 'true' } : {};
    // Both, because secrets are sent to a new place only when they are entered again.
    await ask(editChannel, { name, settings: jsonOf(settings), secrets: jsonOf(secrets), ...personal });
  },
};

const rule: Writer = {
  async add(ask, name, fields) {
    const lists = { environments: listOf(fields['environments']), occasions: listOf(fields['occasions']) };
    await ask(addRule, { name, channel: fields['channel'], ...lists });
  },
  async change(ask, name, changed) {
    const { environments, occasions, channel: of } = changed;
    const lists = {
      environments: environments && listOf(environments),
      occasions: occasions && listOf(occasions),
    };
    await ask(editRule, { name, ...withValues({ channel: of, ...lists }) });
  },
};

async function subscribe(
  ask: Ask,
  here: string,
  fields: Fields,
  { context: { access } }: Importer,
): Promise<void> {
  const at = here.lastIndexOf('@');
  const owner = await access.accounts.get(here.slice(0, at));
  const as: Principal = { name: owner.name, role: owner.role, via: 'program', accountId: owner.id };
  const { recipient = null, environments, occasions } = fields;
  const lists = { environments: listOf(environments), occasions: listOf(occasions) };
  await ask(setSubscription, { channel: here.slice(at + 1), recipient, ...lists, ownOnly: false }, as);
}

const subscription: Writer = {
  add: subscribe,
  change: (ask, here, _, fields, importer) => subscribe(ask, here, fields, importer),
};

async function changeTemplate(ask: Ask, here: string, { source }: Fields): Promise<void> {
  const [channelKind, outcome] = here.split(' ');
  await ask(setTemplate, { channelKind, outcome, source });
}

const template: Writer = {
  add: changeTemplate,
  change: (ask, here, _, fields) => changeTemplate(ask, here, fields),
};

const writers: Readonly<Record<ItemKind, Writer>> = {
  ...{ environment, variable, user, 'saved selection': savedSelection, schedule },
  ...{ channel, rule, subscription, template },
};
