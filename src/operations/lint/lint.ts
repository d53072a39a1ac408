import { z } from 'zod';
import { Fault } from '../../faults/fault.ts';
import { maxTestNameLength } from '../../model/limits.ts';
import { findingsOrders, lintCodes, lintLevels, maxFindingsOfPage } from '../../model/lint.ts';
import type { LinkedModule } from '../../model/source-link/source-link.ts';
import type { Context } from '../core/context.ts';
import { code, exactLine, gitRef, line, wholeNumber } from '../core/fields.ts';
import { defineOperation } from '../core/operation.ts';
import { createSourceViewer, sourceFields } from '../core/source-view.ts';
import { getEnvironment } from '../environments/get-environment.ts';

const place = {
  environment: code.optional().describe('With its image and test modules; without it those of the settings'),
  ref: gitRef.optional().describe('Of the first test module; by default its branch'),
};
const commitView = z.object({ id: z.string(), subject: z.string() });
const path = z.string().describe('Relative to the Magento root');
const definedKind = z.enum(['test', 'actionGroup', 'entity', 'page', 'section', 'operation', 'suite']);

async function openLint(
  context: Context,
  { environment: code, ref }: { environment?: string | undefined; ref?: string | undefined },
) {
  const environment = code === undefined ? undefined : await getEnvironment(context, code);
  return context.lint({ environment, ref });
}

/** Adds the address of a place in the web view of its repository. */
function withUrl(context: Context, modules: readonly LinkedModule[]) {
  const viewSource = createSourceViewer(context, modules);
  return <Place extends { path: string; line: number }>(place: Place) => ({
    ...place,
    url: viewSource({ file: place.path, line: place.line }).url,
  });
}

export const checkLint = defineOperation({
  name: 'lint.check',
  method: 'GET',
  path: '/api/lint',
  summary: 'Check the XML of the test modules of an environment',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    ...place,
    level: z.enum(lintLevels).optional().describe('Only findings of this level'),
    code: z.enum(lintCodes).optional().describe('Only findings of this rule'),
    search: line(200).optional().describe('Only findings with these words in path, message or rule'),
    only: z
      .literal('new')
      .optional()
      .describe('`new`: only findings that the baseline in the root of the test module does not have'),
    order: z
      .enum(findingsOrders)
      .default('place')
      .describe(
        '`place`: by path and line; `level`: errors first, and of each level what the baseline does not have',
      ),
    offset: wholeNumber().default(0).describe('Number of findings before the first one of the answer'),
    limit: wholeNumber(1, maxFindingsOfPage).default(maxFindingsOfPage),
  }),
  output: z.object({
    commit: commitView.describe('Of the first test module'),
    files: z.number().describe('Number of files of the test modules'),
    treeFiles: z.number().describe('Number of files that were read, with those of the image'),
    rules: z
      .array(z.object({ code: z.enum(lintCodes), level: z.enum(lintLevels), findings: z.number() }))
      .describe('Number of findings of each rule, of those that match `search` and `only`'),
    total: z.number().describe('Number of findings that match'),
    findings: z
      .array(
        z.object({
          code: z.enum(lintCodes),
          level: z.enum(lintLevels),
          path,
          line: z.number(),
          url: sourceFields.url,
          message: z.string(),
          definition: z
            .object({ kind: definedKind, name: z.string() })
            .nullable()
            .describe('The test, action group or the like that has it; null for a whole file'),
          fingerprint: z.string().describe('Identifies the finding: the same when lines or files move'),
          inBaseline: z.boolean().describe('The baseline in the root of the test module has it'),
        }),
      )
      .describe('In the order that was asked for'),
    more: z.number().describe('Number of findings behind these; `offset` continues'),
    baseline: z
      .object({
        findings: z.number(),
        outdated: z.number().describe('Number of its findings that are no longer there'),
        problem: z.string().nullable().describe('Why it cannot be read'),
      })
      .nullable()
      .describe('The file matre-lint.json in the root of the test modules; null without one'),
  }),
  async run(context, { environment, ref, ...query }) {
    const { commit, testModules, definitions } = await openLint(context, { environment, ref });
    const folders = testModules.map(({ target }) => target);
    const page = await definitions.ask('check', { folders, ...query });
    return { commit, ...page, findings: page.findings.map(withUrl(context, testModules)) };
  },
});

const definedName = z.object({
  ...{ kind: definedKind, name: z.string(), path, line: z.number() },
  url: sourceFields.url,
});

export const showUses = defineOperation({
  name: 'lint.uses',
  method: 'GET',
  path: '/api/lint/uses',
  summary: 'Show who uses an action group, data, a field, a section, an element, a page or a variable',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    ...place,
    name: line(maxTestNameLength).describe(
      'Name, Section.element, Data.field, _ENV.NAME or _CREDS.vendor/NAME',
    ),
  }),
  output: z.object({
    commit: commitView.describe('Of the first test module'),
    definitions: z.array(definedName).describe('Where it is defined'),
    uses: z.array(
      definedName.extend({
        possible: z.boolean().describe('Through an argument of an action group, which may have other values'),
      }),
    ),
    more: z.number().describe('Number of uses that were left out, because there are too many'),
    tests: z
      .array(z.string())
      .describe(
        'Tests that MFTF generates there and that reach one of the uses, also through others and suites',
      ),
  }),
  async run(context, { name, ...input }) {
    const { commit, testModules, definitions, tests } = await openLint(context, input);
    const uses = await definitions.ask('usedBy', { name, environment: await tests() });
    if (uses === undefined) throw unknownName(name);
    const view = withUrl(context, testModules);
    return { commit, ...uses, definitions: uses.definitions.map(view), uses: uses.uses.map(view) };
  },
});

/** The fault of a name that nothing defines or uses. */
export function unknownName(name: string): Fault {
  return new Fault('NOT_FOUND', `Nothing is named "${name}", and nothing uses such a name.`);
}

export const completeUsed = defineOperation({
  name: 'lint.names',
  method: 'GET',
  path: '/api/lint/names',
  summary: 'Complete a name of a definition, an element, a field or a variable of the test modules',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({
    ...place,
    text: exactLine(maxTestNameLength).trim().default(''),
    limit: wholeNumber(1, 100).default(20),
  }),
  output: z.object({
    names: z.array(
      z.object({
        name: z.string(),
        kind: z.enum([...definedKind.options, 'element', 'field', 'variable', 'credential']),
      }),
    ),
  }),
  async run(context, { text, limit, ...input }) {
    const { definitions } = await openLint(context, input);
    return { names: await definitions.ask('complete', { text, limit }) };
  },
});

export const showLintTree = defineOperation({
  name: 'lint.tree',
  method: 'GET',
  path: '/api/lint/tree',
  summary: 'Show the definitions of the Magento tree of an image, to check a module on another machine',
  role: 'viewer',
  readsTests: true,
  audited: false,
  input: z.object({ environment: place.environment }),
  output: z.object({
    facts: z
      .string()
      .describe('For `matre lint`: compressed, in base64; its content changes with versions of matre'),
  }),
  async run(context, { environment: code }) {
    const environment = code === undefined ? undefined : await getEnvironment(context, code);
    return { facts: Buffer.from(await context.lintTree(environment)).toString('base64') };
  },
});
