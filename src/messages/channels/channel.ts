import type { Socket } from 'node:net';
import type { z } from 'zod';
import { Fault, type FaultCode } from '../../faults/fault.ts';
import type { Logger } from '../../log.ts';
import type { ChannelKindName } from '../../model/channel.ts';
import type { ArtifactReference, MessageFacts } from '../../model/message-facts.ts';
import type { Markup } from '../templates/render.ts';

/** A value that JSON can represent. A property without a value is left out. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json | undefined };

/** A rendered message. Headline and body are in the markup of the channel's kind, with all values escaped. */
export interface MessageContent {
  headline: string;
  body: string;
  /** The whole message as plain text. */
  text: string;
  facts: MessageFacts;
}

/** One message for one channel, as an attempt hands it to the channel's kind. */
export interface Delivery {
  /** A UUID, the same in all attempts, so that receivers can drop repeats. */
  key: string;
  purpose: 'post' | 'edit' | 'reply' | 'status' | 'comment' | 'test';
  /** Instead of the default of the channel: an e-mail address, or an id of a Slack member. */
  recipient?: string | undefined;
  content: MessageContent;
  /**
   * What the post answered (`remote`) that is edited or replied to, or the last edit of it that answered something. Without it, an
   * edit or reply is sent as a post.
   */
  thread?: Json | undefined;
  /** When the message was planned, ISO 8601: no attempt was earlier. */
  createdAt?: string | undefined;
  /** An earlier attempt may have arrived: look for the key first, where the service has a way. */
  repeat: boolean;
}

export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** A longer response is cut there. */
  maxBytes?: number;
  timeoutMs?: number;
}

export interface OutgoingResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** The body broke off, or took too long; `text` is its beginning. The status alone says whether the message was accepted. */
  broken?: true;
}

/**
 * Requests to services outside: follows no redirect, reaches allowed addresses only, uses the outgoing proxy. Throws a DeliveryFault
 * with CHANNEL_UNREACHABLE when there is no response.
 */
export interface OutgoingHttp {
  request(url: string, request: OutgoingRequest & { signal?: AbortSignal }): Promise<OutgoingResponse>;
}

/**
 * Opens a TCP connection to an allowed address, for what is not HTTP. Throws a DeliveryFault with CHANNEL_UNREACHABLE or
 * CHANNEL_ADDRESS_REFUSED.
 */
export type Connect = (
  host: string,
  port: number,
  options: { timeoutMs: number; signal: AbortSignal },
) => Promise<Socket>;

export interface DeliveryOptions<Settings, Secrets> {
  settings: Settings;
  secrets: Secrets;
  http: OutgoingHttp;
  connect: Connect;
  /** The bytes of a picture of a run, at most 2 MB; `undefined` when it is larger or gone. Never rejects. */
  readPicture(reference: ArtifactReference): Promise<Uint8Array | undefined>;
  signal: AbortSignal;
  log: Logger;
}

/** A kind of channels, such as "Slack (bot token)". */
export interface ChannelKind<Settings = unknown, Secrets = unknown> {
  kind: ChannelKindName;
  title: string;
  /** Strict and bounded; each field has a description for the form. */
  settings: z.ZodType<Settings>;
  /** Tokens, passwords, addresses of webhooks: stored encrypted, never answered. */
  secrets: z.ZodType<Secrets>;
  abilities: {
    /** A post can be edited while its submission runs. */
    edit: boolean;
    /** A post can have replies. */
    thread: boolean;
    /** A message can name its recipient. */
    recipients: boolean;
  };
  /** The setting with the recipient of messages that name none. */
  recipientSetting?: string;
  markup: Markup;
  /**
   * Where the secrets are sent, of a kind whose settings decide that. When a change of them leads to another place, the secrets must be
   * entered again: else a user could send a stored password to a server of his own.
   */
  destination?(settings: Settings): string;
  /** What a test of a channel answers where nothing is written for it. */
  testAnswer?: string;
  /**
   * Sends, edits or replies, and returns what the service answered of the message (`remote`). A post whose `thread` does not exist any
   * more is sent anew. Sends nothing when the message is `outdated`, and returns why. Throws a DeliveryFault.
   */
  deliver(
    delivery: Delivery,
    options: DeliveryOptions<Settings, Secrets>,
  ): Promise<{ remote?: Json; outdated?: string }>;
}

/** Why a message was not delivered. `message` says what the service answered, without secrets. */
export class DeliveryFault extends Fault {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Fault && typeof (value as { permanent?: unknown }).permanent === 'boolean';
  }

  /** True when only a change helps: of the channel, of the message, or in the service. */
  readonly permanent: boolean;
  /** The shortest time until the next attempt, as the service asked for. Milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The receiver said that it exists no more: the channel is switched off. */
  readonly gone: boolean;

  constructor(
    code: FaultCode,
    message: string,
    options: { permanent: boolean; retryAfterMs?: number | undefined; gone?: boolean; cause?: unknown },
  ) {
    super(code, message, options);
    this.permanent = options.permanent;
    this.retryAfterMs = options.retryAfterMs;
    this.gone = options.gone ?? false;
  }
}
