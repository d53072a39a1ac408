import { z } from 'zod';
import type { SubmissionFacts } from '../../model/message-facts.ts';
import { commentBody } from '../statuses/comment-body.ts';
import { commentThread, type ForgeChannel, type StatusTarget } from '../statuses/status-target.ts';
import type { Delivery } from './channel.ts';
import { type ForgeAnswer, type ForgeApi, type ForgeRemote, findInPages } from './forge-request.ts';

/** How a forge stores the comments of a pull or merge request. */
export interface CommentStore<Comment> {
  api: ForgeApi;
  /** The path to which a new comment is posted. */
  collection: string;
  /** The path of a comment. */
  pathOf(id: number): string;
  editMethod: 'PATCH' | 'PUT';
  /** The path of a page of comments, the oldest first. */
  pagePath(page: number): string;
  readComments(answer: ForgeAnswer): Comment[];
  /** Returns whether a comment is by matre: others may have copied the marker. */
  ownership(): Promise<(comment: Comment) => boolean>;
  maxBytes: number;
}

/**
 * Edits the comment of submissions with this name in the pull or merge request, or creates it. It is found again by its hidden marker,
 * when its number was not stored, or when a user removed it. Returns its number. Throws a DeliveryFault.
 */
export async function deliverComment<Comment extends { id: number; body?: string | null | undefined }>(
  store: CommentStore<Comment>,
  input: {
    channel: ForgeChannel;
    delivery: Delivery;
    facts: SubmissionFacts;
    target: StatusTarget;
    remote: ForgeRemote | undefined;
  },
): Promise<number> {
  const { channel, delivery, facts, target, remote } = input;
  const { api } = store;
  const marker = `<!-- matre ${commentThread(channel, target)} -->`;
  const body = commentBody(
    { headline: delivery.content.headline, facts },
    { maxBytes: store.maxBytes, start: `${marker}\n` },
  );
  /** False when the comment was removed. */
  const edit = async (id: number) => {
    const { status } = await api.call(store.editMethod, store.pathOf(id), {
      body: { body },
      expected: [404],
    });
    return status !== 404;
  };
  if (remote?.id !== undefined && (await edit(remote.id))) return remote.id;
  const isOwn = await store.ownership();
  const earlier = await findInPages(
    async (page) => store.readComments(await api.call('GET', store.pagePath(page))),
    (comment) => (comment.body?.startsWith(marker) ?? false) && isOwn(comment),
  );
  if (earlier && (await edit(earlier.id))) return earlier.id;
  const created = await api.call('POST', store.collection, { body: { body } });
  return created.read(z.object({ id: z.number() })).id;
}
