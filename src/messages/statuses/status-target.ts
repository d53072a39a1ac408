import { createHash } from 'node:crypto';
import { z } from 'zod';
import { projectOn } from '../../model/commit-link.ts';
import { createGlobMatcher } from '../../model/glob.ts';
import type { SubmissionFacts } from '../../model/message-facts.ts';

/** What all channels on forges have in their settings. */
export const forgeSettings = {
  projects: z
    .array(
      z
        .string()
        .max(300)
        .regex(
          /^[\w.*?-]+(?:\/[\w.*?-]+)*$/,
          'must be a project such as acme/shop, or a pattern such as acme/*',
        ),
    )
    .min(1, 'must name a project')
    .max(100)
    .describe('Projects whose commits get a status, such as acme/shop or acme/*'),
  comment: z
    .boolean()
    .default(true)
    .describe('Comment in the pull or merge request, in one comment that is edited'),
};

/** The address of a forge's pages or API, without a slash at its end. */
export const forgeAddress = z
  .string()
  .max(500)
  .check(z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true }))
  .refine((address) => {
    const { username, password, search, hash } = new URL(address);
    return username === '' && password === '' && search === '' && hash === '';
  }, 'must have no user, password, query or fragment')
  .transform((address) => address.replace(/\/+$/, ''));

/** A channel on a forge, as far as its statuses are planned. `baseUrl` is the address of the forge's pages. */
export interface ForgeChannel {
  kind: string;
  baseUrl: string;
  projects: readonly string[];
}

/** Where the status of a submission goes. */
export interface StatusTarget {
  /** The path of the project on the forge. */
  project: string;
  sha: string;
  pullRequest: number | undefined;
  /** The name of the status: of statuses with one name, the forge shows the newest. */
  context: string;
}

/** GitHub takes 255 characters as the context of a status, GitLab 255 as its name. */
const maxContextLength = 255;
/** More environments are counted only. */
const maxNamedEnvironments = 3;

/**
 * The name of the statuses of a submission: `matre/nightly` of a schedule, whose name stands for its environments, else
 * `matre/smoke on preprod-us`. The same request has the same name for each commit, so that a rule of a branch can require it.
 */
export function statusContext({ submission }: SubmissionFacts): string {
  const { name, schedule, environments } = submission;
  const named =
    environments.length > maxNamedEnvironments
      ? `${environments.length} environments`
      : environments.join(', ');
  const place = schedule === null ? ` on ${named}` : '';
  const start = `matre/${[...name.replaceAll(/[\s\p{C}]+/gu, ' ')].slice(0, 150).join('')}`;
  // Half a character is no text: a forge would refuse it.
  return `${start}${place}`.slice(0, maxContextLength).replace(/[\ud800-\udbff]$/, '');
}

/** Where the channel shows the status of a submission; else why it shows none, in words. */
export function statusTarget(channel: ForgeChannel, facts: SubmissionFacts): StatusTarget | string {
  const { commitLink } = facts.submission;
  if (!commitLink) return 'no commit on a forge is known for the submission';
  if (commitLink.forge !== undefined && commitLink.forge !== channel.kind)
    return `the commit is not on ${channel.kind}`;
  const project = projectOn(commitLink, channel.baseUrl);
  if (project === undefined) return `the commit is not on ${channel.baseUrl}`;
  // Both forges ignore the case of letters in paths.
  const path = project.toLowerCase();
  if (!channel.projects.some((pattern) => createGlobMatcher(pattern.toLowerCase())(path)))
    return `${project} is not among the projects of the channel`;
  const { sha, pullRequest } = commitLink;
  return { project, sha, pullRequest, context: statusContext(facts) };
}

/** The statuses with one name of a commit, in whose order they are sent. */
export const statusThread = ({ baseUrl }: ForgeChannel, { project, sha, context }: StatusTarget) =>
  `status/${hashOf([baseUrl, project.toLowerCase(), sha, context.toLowerCase()])}`;

/** The comment of submissions with one name in a pull request. */
export const commentThread = ({ baseUrl }: ForgeChannel, { project, pullRequest, context }: StatusTarget) =>
  `comment/${hashOf([baseUrl, project.toLowerCase(), pullRequest, context.toLowerCase()])}`;

const hashOf = (values: unknown[]) =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 32);
