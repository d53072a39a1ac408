import { describe, expect, it } from 'vitest';
import type { ChannelField } from './channel-draft.ts';
import { channelDraftOf, channelFieldsOf, missingFields, newChannelDraft } from './channel-draft.ts';

const field = (name: string, fields: Partial<ChannelField> = {}): ChannelField => ({
  ...{ name, label: `The ${name}`, help: '', type: 'text', required: true, choices: [], default: null },
  ...fields,
});
const kind = {
  ...{ kind: 'email' as const, title: 'E-mail', abilities: { edit: false, thread: false, recipients: true } },
  settings: [
    field('host'),
    field('port', { type: 'number', default: 587 }),
    field('to', { type: 'list' }),
    field('user', { required: false }),
    field('plain', { type: 'boolean' }),
  ],
  secrets: [field('password', { required: false }), field('key')],
};

describe('the form of a channel', () => {
  it('begins with the defaults of its kind, and names the required fields that are empty', () => {
    const draft = newChannelDraft(kind);
    expect(missingFields(draft, kind)).toEqual(['The host', 'The to', 'The key']);
    const filled = { ...draft, settings: { ...draft.settings, host: 'smtp', to: 'a@b.org, c@d.org' } };
    expect(missingFields({ ...filled, secrets: { key: 'k' } }, kind)).toEqual([]);
    expect(channelFieldsOf(filled, kind).settings).toEqual({
      ...{ host: 'smtp', port: 587, to: ['a@b.org', 'c@d.org'], user: null, plain: false },
    });
  });

  it('keeps stored secrets, replaces those that are typed and removes others on request', () => {
    const settings = { host: 'smtp', port: 25, to: ['a@b.org'] };
    const draft = channelDraftOf({ name: 'mail', kind: 'email', settings, personal: true });
    expect(channelFieldsOf(draft, kind)).not.toHaveProperty('secrets');
    expect(missingFields(draft, kind, { key: true })).toEqual([]);
    expect(missingFields({ ...draft, removed: ['key'] }, kind, { key: true })).toEqual(['The key']);
    expect(
      channelFieldsOf({ ...draft, removed: ['password'], secrets: { key: 'new' } }, kind).secrets,
    ).toEqual({
      password: null,
      key: 'new',
    });
  });
});
