import { joinBaseUrl } from '../model/address/base-url.ts';
import type { Context } from '../operations/core/context.ts';
import { type Fields, type ItemKind, itemKinds, listField } from './mapping/item.ts';
import { sorted } from './mapping/messages.ts';
import type { CurrentItems } from './plan.ts';

/** The tables that an import reads and writes. */
export type ImportTables = Pick<
  Context,
  | 'access'
  | 'channels'
  | 'environments'
  | 'importSources'
  | 'messageRules'
  | 'messageTemplates'
  | 'savedSelections'
  | 'schedules'
  | 'variables'
>;

/** What an installation has, in the form of items. Errors: SECRET_KEY_WRONG. */
export async function readCurrent(tables: ImportTables): Promise<CurrentItems> {
  const current = Object.fromEntries(itemKinds.map((kind) => [kind, new Map<string, Fields>()])) as Record<
    ItemKind,
    Map<string, Fields>
  >;
  await readEnvironments(tables, current);
  for (const { id, name, role, via, deactivatedAt } of await tables.access.accounts.list()) {
    const password = via === 'password' ? await tables.access.accounts.readPassword(id) : undefined;
    current.user.set(name, {
      role,
      ...(password && { password }),
      ...(deactivatedAt && { deactivated: 'true' }),
    });
  }
  const codes = (environments: readonly { code: string; removed: boolean }[]) =>
    listField(environments.flatMap(({ code, removed }) => (removed ? [] : [code])));
  for (const saved of await tables.savedSelections.list()) {
    const environments = codes(saved.environments);
    current['saved selection'].set(saved.name, {
      selection: JSON.stringify(orderedSelection(saved.selection)),
      ...(saved.description && { description: saved.description }),
      ...(environments && { environments }),
      ...(saved.disabled && { disabled: 'true' }),
    });
  }
  for (const schedule of await tables.schedules.list()) {
    const { name, cron, zone, saved, overlap, missed, pausedAt } = schedule;
    current.schedule.set(name, {
      ...{ cron, zone, overlap, missed, environments: codes(schedule.environments) },
      ...(saved
        ? { saved: saved.name }
        : { selection: JSON.stringify(orderedSelection(schedule.selection)) }),
      ...(pausedAt && { paused: 'true' }),
    });
  }
  await readMessages(tables, current);
  return current;
}

/** Its keys in the order of `emptySelection`, because the database has an order of its own. */
function orderedSelection<
  Value extends { all: boolean; tests: string[]; groups: string[]; suites: string[]; exclude: string[] },
>(selection: Value): object {
  const { all, tests, groups, suites, exclude, ...rest } = selection;
  return { all, tests, groups, suites, exclude, ...rest };
}

async function readEnvironments(
  { environments, variables }: ImportTables,
  current: Record<ItemKind, Map<string, Fields>>,
): Promise<void> {
  const addVariables = async (scope: string, id: number | 'global') => {
    const listed = new Map((await variables.list(id)).map(({ name, description }) => [name, description]));
    for (const { name, value, secret } of await variables.readAll(id)) {
      const description = listed.get(name);
      current.variable.set(`${scope}:${name}`, {
        value,
        ...(secret && { secret: 'true' }),
        ...(description && { description }),
      });
    }
  };
  await addVariables('global', 'global');
  for (const environment of await environments.list()) {
    const { id, code, name, backendName, adminUsername, paused } = environment;
    const adminPassword = await environments.readPassword(id);
    const credentials = await environments.readShopCredentials(id);
    current.environment.set(code, {
      ...{ name, backendName, adminUsername },
      baseUrl: joinBaseUrl({ url: environment.baseUrl, credentials }),
      ...(adminPassword && { adminPassword }),
      ...(paused && { paused: paused.reason }),
    });
    await addVariables(code, id);
  }
}

async function readMessages(
  { channels, messageRules, messageTemplates }: ImportTables,
  current: Record<ItemKind, Map<string, Fields>>,
): Promise<void> {
  for (const { id, name, kind, settings, personal } of await channels.list()) {
    const secrets = (await channels.readSecrets(id)) ?? {};
    current.channel.set(name, {
      kind,
      settings: JSON.stringify(sorted(settings)),
      secrets: JSON.stringify(sorted(secrets)),
      ...(personal && { personal: 'true' }),
    });
  }
  for (const rule of await messageRules.list({ subscriptions: true })) {
    const { name, owner, channel, recipients, conditions } = rule;
    const shared = {
      environments: listField(conditions.environments),
      occasions: listField(rule.occasions),
    };
    if (owner) {
      const recipient = recipients[0] === undefined ? {} : { recipient: recipients[0] };
      current.subscription.set(`${owner.name}@${channel.name}`, { ...shared, ...recipient });
    } else if (name !== undefined) current.rule.set(name, { ...shared, channel: channel.name });
  }
  for (const { channelKind, outcome, source } of await messageTemplates.list()) {
    current.template.set(`${channelKind} ${outcome}`, { source });
  }
}
