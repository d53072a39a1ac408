import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * An `onSend` hook for what is asked again and again: the answer has a tag of its content, and whoever sends that tag back
 * (`If-None-Match`) gets 304 and no body as long as it is the same.
 */
export async function answerWithEtag(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  if (reply.statusCode !== 200 || typeof payload !== 'string') return payload;
  // Weak: something on the way may compress it.
  const tag = `W/"${createHash('sha256').update(payload).digest('base64url')}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (!names(request.headers['if-none-match'], tag)) return payload;
  reply.code(304).removeHeader('content-type');
  return null;
}

/** Whether a list of tags has this one; weak and strong ones are alike here (RFC 9110, 13.1.2). */
function names(list: string | undefined, tag: string): boolean {
  const bare = (each: string) => each.trim().replace(/^W\//, '');
  return (list?.split(',') ?? []).some((each) => bare(each) === bare(tag));
}
