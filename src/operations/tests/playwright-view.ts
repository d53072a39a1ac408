import { z } from 'zod';
import { mapInTurns } from '../../async/map-in-turns.ts';
import type { Environment } from '../../model/environment.ts';
import type { PlaywrightTest } from '../../model/playwright.ts';
import type { Context } from '../core/context.ts';
import { time } from '../core/fields.ts';

const playwrightTestView = z.object({
  name: z.string().describe('The file and the titles'),
  project: z.string().nullable().describe('Of the configuration of Playwright'),
  file: z.string(),
  titles: z.array(z.string()),
  tags: z.array(z.string()),
  skipped: z.boolean().describe('Its project marks it as skipped'),
  needed: z.boolean().describe('Other projects need its project, and are executed with it'),
});

export const playwrightListView = z.object({
  commit: z.string().describe('Of the test module that has the project'),
  listedAt: time,
  tests: z.array(playwrightTestView),
});

/**
 * The tests of Playwright that the last run on an environment listed, or the last one on any; only those with a text in their names, tags or
 * projects. `undefined` before such a run: only a container can list them.
 */
export async function viewPlaywright(
  { playwrightLists }: Pick<Context, 'playwrightLists'>,
  environment: Environment | undefined,
  search: string,
): Promise<z.input<typeof playwrightListView> | undefined> {
  const list = await (environment ? playwrightLists.get(environment.id) : playwrightLists.last());
  if (list === undefined) return undefined;
  const query = search.toLowerCase();
  const viewMatch = (test: PlaywrightTest) => {
    const { name, suite, file, titles, tags, skipped, needed } = test;
    const matches = [name, suite ?? '', ...tags].some((text) => text.toLowerCase().includes(query));
    return matches ? [{ name, project: suite ?? null, file, titles, tags, skipped, needed }] : [];
  };
  // A project lists up to 20,000 tests, with up to 100 tags each.
  const tests = await mapInTurns(list.tests, viewMatch);
  return { commit: list.commit, listedAt: list.listedAt.toISOString(), tests: tests.flat() };
}
