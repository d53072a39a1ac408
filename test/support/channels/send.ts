import { pino } from 'pino';
import type { ChannelKind, Delivery, Json } from '../../../src/messages/channels/channel.ts';
import { plainHttp } from './http.ts';

/** Delivers once, as the outbox does: settings and secrets are parsed first. */
export function send<Settings, Secrets>(
  kind: ChannelKind<Settings, Secrets>,
  { settings = {}, secrets }: { settings?: unknown; secrets: unknown },
  delivery: Delivery,
): Promise<{ remote?: Json }> {
  return kind.deliver(delivery, {
    settings: kind.settings.parse(settings),
    secrets: kind.secrets.parse(secrets),
    http: plainHttp,
    connect: () => Promise.reject(new Error('Chat channels use HTTP only.')),
    readPicture: () => Promise.resolve(undefined),
    placesOf: () => Promise.resolve([]),
    signal: new AbortController().signal,
    log: pino({ level: 'silent' }),
  });
}
