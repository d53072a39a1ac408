import { z } from 'zod';
import {
  type SourceTemplate,
  templateProblem,
  treeTemplateProblem,
} from '../../model/source-link/template.ts';
import { list } from '../setting-parsers.ts';
import { optional, type Setting, setting } from './setting.ts';

/** `template`, or `host=template`: a template has a colon or a brace before its first `=`. */
const sourceTemplate = z.string().transform((text, issues): SourceTemplate => {
  const [, host, template = text] = /^([A-Za-z0-9][A-Za-z0-9.-]*)=(.*)$/.exec(text) ?? [];
  const problem = templateProblem(template);
  if (problem !== undefined) issues.addIssue(problem);
  return { host: host?.toLowerCase(), template };
});

const treeTemplate = z.string().superRefine((text, issues) => {
  const problem = treeTemplateProblem(text);
  if (problem !== undefined) issues.addIssue(problem);
});

/** The settings about links to files: a part of the table of settings. */
export const sourceLinkSettings = {
  MATRE_SOURCE_URL: setting({
    group: 'Test module',
    schema: list(sourceTemplate),
    default: '',
    description:
      'Addresses of the web views of repositories that matre does not know by their host, separated by commas: such as {repository}/src/commit/{commit}/{path}#L{line}, or with a host before it, code.example.com={repository}/blob/{commit}/{path}#L{line}, which then takes precedence over what matre knows. {project} is the path of the repository. GitHub, GitLab, Bitbucket, Gitea and Forgejo are known by the names of their hosts.',
  }),
  MATRE_TREE_SOURCE_URL: optional({
    group: 'Test module',
    schema: treeTemplate,
    description:
      'The address of the web view of the files of the image, such as https://github.com/magento/magento2/blob/2.4.4/{path}#L{line}. Without it there are no links to them.',
  }),
} satisfies Record<string, Setting<unknown>>;
