import type { ChannelKindView } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelView } from '#src/operations/channels/channel-view.ts';

/** A setting or a secret of a kind of channel. */
export type ChannelField = ChannelKindView['settings'][number];

/** The state of the form of a channel. Settings as they are typed; secrets only where a new one is typed. */
export interface ChannelDraft {
  name: string;
  kind: ChannelView['kind'];
  settings: Record<string, string | boolean>;
  secrets: Record<string, string>;
  /** Secrets that are removed. */
  removed: readonly string[];
  personal: boolean;
}

export function newChannelDraft(kind: ChannelKindView): ChannelDraft {
  const settings = kind.settings.map((field) => [field.name, textOf(field.default)] as const);
  return {
    ...{ name: '', kind: kind.kind, personal: false },
    settings: Object.fromEntries(settings),
    ...{ secrets: {}, removed: [] },
  };
}

/** The draft of a saved channel. Its secrets are never answered. */
export function channelDraftOf({
  name,
  kind,
  settings,
  personal,
}: Pick<ChannelView, 'name' | 'kind' | 'settings' | 'personal'>): ChannelDraft {
  const values = Object.entries(settings).map(([field, value]) => [field, textOf(value)]);
  return { name, kind, settings: Object.fromEntries(values), secrets: {}, removed: [], personal };
}

function textOf(value: unknown): string | boolean {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.join(', ');
  return value === null || value === undefined ? '' : String(value);
}

/** The value of a setting for the API; null when nothing is typed. */
function settingOf({ type }: Pick<ChannelField, 'type'>, value: string | boolean | undefined): unknown {
  if (type === 'boolean') return value === true;
  const text = String(value ?? '').trim();
  if (text === '') return null;
  if (type === 'number') return Number(text);
  if (type === 'list') return text.split(/[\s,;]+/).filter((each) => each !== '');
  return text;
}

/** The labels of required fields that are empty. `stored`: the secrets that the channel has. */
export function missingFields(
  draft: ChannelDraft,
  kind: Pick<ChannelKindView, 'settings' | 'secrets'>,
  stored: Readonly<Record<string, boolean>> = {},
): string[] {
  const settings = kind.settings.filter((field) => settingOf(field, draft.settings[field.name]) === null);
  const secrets = kind.secrets.filter(
    ({ name }) =>
      (draft.secrets[name] ?? '') === '' && (stored[name] !== true || draft.removed.includes(name)),
  );
  return [...settings, ...secrets].filter(({ required }) => required).map(({ label }) => label);
}

/** The fields for the API, except the name and the kind. A secret that is absent is kept; null removes it. */
export function channelFieldsOf(draft: ChannelDraft, kind: Pick<ChannelKindView, 'settings'>) {
  const settings = kind.settings.map(
    (field) => [field.name, settingOf(field, draft.settings[field.name])] as const,
  );
  const typed = Object.entries(draft.secrets).filter(([, value]) => value !== '');
  const removed = draft.removed.map((name) => [name, null] as const);
  return {
    settings: Object.fromEntries(settings),
    ...(removed.length + typed.length > 0 && { secrets: Object.fromEntries([...removed, ...typed]) }),
    personal: draft.personal,
  };
}

/** Without what is empty: a new channel has nothing to remove. */
export function withoutNulls<T>(values: Record<string, T | null>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== null),
  );
}
