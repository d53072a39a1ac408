import { z } from 'zod';
import type { TreePlace } from '../../model/result-place.ts';
import { type LinkedModule, sourceOf } from '../../model/source-link/source-link.ts';
import type { Context } from './context.ts';

/** Fields of what comes from a line of a file. */
export const sourceFields = {
  file: z.string().describe('Below the root of Magento, where test modules are installed'),
  line: z.number(),
  path: z
    .string()
    .nullable()
    .describe('Below the root of the repository of its test module; null for a file of the image'),
  commit: z.string().nullable().describe('Of that test module'),
  url: z
    .string()
    .nullable()
    .describe('The line in the web view of the repository, where that is known (MATRE_SOURCE_URL)'),
};
export const sourceView = z.object(sourceFields);
export type SourceView = z.output<typeof sourceView>;

export type ViewSource = (place: TreePlace) => SourceView;

/** Views places in a tree with these test modules; without modules, nothing is known about the repository of a place. */
export function createSourceViewer(
  { config }: Pick<Context, 'config'>,
  modules: readonly LinkedModule[] | undefined,
): ViewSource {
  return ({ file, line }) => {
    if (modules === undefined) return { file, line, path: null, commit: null, url: null };
    const { module, url } = sourceOf({ path: file, line }, modules, config.sourceLinks);
    return { file, line, path: module?.path ?? null, commit: module?.commit ?? null, url: url ?? null };
  };
}
