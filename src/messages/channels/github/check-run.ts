import { z } from 'zod';
import type { SubmissionFacts } from '../../../model/message-facts.ts';
import { shorten, visible } from '../../../model/visible-text.ts';
import { commentBody } from '../../statuses/comment-body.ts';
import type { StatusTarget } from '../../statuses/status-target.ts';
import { type StatusState, statusDescription, statusState } from '../../statuses/status-words.ts';
import type { Delivery } from '../channel.ts';
import { type ForgeApi, type ForgeRemote, findInPages, pageSize } from '../forge-request.ts';
import { projectPath } from './github-api.ts';

/** Limits of GitHub: annotations of a request, bytes of a summary, characters of a title. */
const maxAnnotations = 50;
const maxSummaryBytes = 65_535;
const maxTitleLength = 255;
/** 64 KB; the headline of a message needs less. */
const maxMessageLength = 1_000;

const conclusions: Partial<Record<StatusState, string>> = {
  passed: 'success',
  failed: 'failure',
  // `neutral` and `skipped` would let a pull request be merged that requires this check.
  broken: 'failure',
  cancelled: 'cancelled',
};

interface Annotation {
  path: string;
  start_line: number;
  end_line: number;
  annotation_level: 'failure' | 'warning';
  title: string;
  message: string;
}

const checkRun = z.object({
  id: z.number(),
  status: z.string(),
  external_id: z.string().nullish(),
  output: z.object({ annotations_count: z.number().default(0) }).nullish(),
});
type CheckRun = z.output<typeof checkRun>;

interface CheckOptions {
  target: StatusTarget;
  facts: SubmissionFacts;
  delivery: Delivery;
  /** Whether it gets annotations. */
  annotations: boolean;
  remote: ForgeRemote | undefined;
}

/**
 * Creates the check run of a submission, or updates it. GitHub adds the annotations of each request to those before it, so a repeat
 * sends only those that are missing. Returns the number of the check run. Throws a DeliveryFault.
 */
export async function deliverCheckRun(api: ForgeApi, options: CheckOptions): Promise<number> {
  const { target, facts, delivery } = options;
  const path = `${projectPath(target.project)}/check-runs`;
  const prefix = `matre/${facts.submission.id}/`;
  const externalId = `${prefix}${delivery.key}`;
  const earlier = await findCheckRun(api, { ...options, path, prefix });
  const isOwn = earlier?.external_id === externalId;
  // What another delivery has completed is not opened again: its annotations cannot be removed.
  const current = earlier?.status === 'completed' && !isOwn ? undefined : earlier;
  const state = statusState(facts);
  const all = annotationsOf(options);
  const missing = all.slice(isOwn ? (current?.output?.annotations_count ?? 0) : 0);
  const batches = inBatches(missing);
  let id = current?.id;
  for (const [index, annotations] of batches.entries()) {
    const isLast = index === batches.length - 1;
    const body = {
      name: target.context,
      external_id: externalId,
      ...(facts.submission.url !== null && { details_url: facts.submission.url }),
      // The conclusion comes last, so that a check with one has all its annotations.
      ...(isLast ? statusFields(state) : { status: 'in_progress' }),
      output: {
        title: statusDescription(facts, maxTitleLength) || target.context,
        summary: commentBody({ headline: delivery.content.headline, facts }, { maxBytes: maxSummaryBytes }),
        annotations,
      },
    };
    const answer =
      id === undefined
        ? await api.call('POST', path, { body: { ...body, head_sha: target.sha } })
        : await api.call('PATCH', `${path}/${id}`, { body });
    id = answer.read(checkRun).id;
  }
  return id ?? 0;
}

function statusFields(state: StatusState): object {
  const conclusion = conclusions[state];
  if (conclusion !== undefined) return { status: 'completed', conclusion };
  return { status: state === 'queued' ? 'queued' : 'in_progress' };
}

/** The newest check run of the submission; `undefined` when it has none yet. */
async function findCheckRun(
  api: ForgeApi,
  { target, facts, delivery, remote, path, prefix }: CheckOptions & { path: string; prefix: string },
): Promise<CheckRun | undefined> {
  if (remote?.submission === facts.submission.id && remote.id !== undefined) {
    const answer = await api.call('GET', `${path}/${remote.id}`, { expected: [404] });
    if (answer.status !== 404) return answer.read(checkRun);
  }
  if (!delivery.repeat) return undefined;
  const list = `${projectPath(target.project)}/commits/${target.sha}/check-runs`;
  const name = encodeURIComponent(target.context);
  const page = z.object({ check_runs: z.array(checkRun) });
  return findInPages(
    async (number) => {
      const query = `?check_name=${name}&filter=all&per_page=${pageSize}&page=${number}`;
      return (await api.call('GET', `${list}${query}`)).read(page).check_runs;
    },
    ({ external_id }) => external_id?.startsWith(prefix) ?? false,
  );
}

/** One for each failed test that comes from a file of the commit. */
function annotationsOf({ facts, target, annotations }: CheckOptions): Annotation[] {
  if (!annotations || facts.phase !== 'finished') return [];
  const failures = facts.runs.flatMap(({ environment, failures }) =>
    failures.map((failure) => ({ ...failure, environment })),
  );
  return failures.flatMap(({ test, environment, className, quarantined, message, place }) => {
    if (place?.commit !== target.sha) return [];
    const decides = !quarantined && className !== 'known';
    return {
      path: place.path,
      start_line: place.line,
      end_line: place.line,
      annotation_level: decides ? ('failure' as const) : ('warning' as const),
      title: shorten(`${test} failed on ${environment}`, maxTitleLength),
      // GitHub refuses an empty message.
      message: shorten(visible(message), maxMessageLength) || 'failed',
    };
  });
}

/** At least one batch, so that a check without annotations is sent, too. */
function inBatches(annotations: readonly Annotation[]): Annotation[][] {
  const batches: Annotation[][] = [];
  for (let start = 0; start < annotations.length; start += maxAnnotations)
    batches.push(annotations.slice(start, start + maxAnnotations));
  return batches.length > 0 ? batches : [[]];
}
