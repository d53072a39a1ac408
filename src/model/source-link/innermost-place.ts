import { placesOf, type ResultPlace, type TreePlace } from '../result-place.ts';
import { type LinkedModule, moduleOf } from './source-link.ts';

/**
 * The innermost place of a failure that is in a test module: where an annotation belongs, because a pipeline has the files of the module,
 * and not those of the image. `path` is below the root of the repository of the module. A failure without such a place has the innermost
 * one in the image, and no module.
 */
export function innermostPlace(
  place: ResultPlace,
  modules: readonly Pick<LinkedModule, 'target' | 'id'>[],
): TreePlace & { module: { path: string; commit: string } | undefined } {
  const places = placesOf(place);
  for (const { file, line } of places) {
    const inModule = moduleOf(file, modules);
    if (inModule) return { file, line, module: { path: inModule.path, commit: inModule.module.id } };
  }
  return { ...(places[0] ?? place.test), module: undefined };
}
