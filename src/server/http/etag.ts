import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * An `onSend` hook for responses that clients poll: adds a tag of the content. A client that sends the tag back (`If-None-Match`)
 * gets 304 without a body while the content is unchanged.
 */
export async function answerWithEtag(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  // Weak, because a proxy may compress the response.
  const tag = `W/"${createHash('sha256').update(payload).digest('base64url')}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (!hasTag(request.headers['if-none-match'], tag)) return payload;
  reply.code(304).removeHeader('content-type');
  return null;
}

/** Whether a list of tags contains one. Weak and strong tags match here (RFC 9110, 13.1.2). */
function hasTag(list: string | undefined, tag: string): boolean {
  const opaque = (each: string) => each.trim().replace(/^W\//, '');
  return (list?.split(',') ?? []).some((each) => opaque(each) === opaque(tag));
}
