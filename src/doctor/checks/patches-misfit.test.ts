import { expect, it } from 'vitest';
import { Fault } from '../../faults/fault.ts';
import type { CheckContext } from '../check-context.ts';
import { removeTemporaryContainers } from '../probes/temporary-container.ts';
import { patchesMisfit } from './patches-misfit.ts';

/** Environments by code: the image and the first test module of each; without them as the settings. */
function contextOf(environments: Record<string, { image?: string; module?: string }>) {
  const opened: string[] = [];
  const disposed: string[] = [];
  const trials: string[] = [];
  const newest = async (environment?: { code: string }) => {
    const { image = 'shop:2.4', module = 'main' } = environments[environment?.code ?? ''] ?? {};
    if (module === 'away') throw new Fault('MODULE_CHECKOUT_FAILED', 'The repository does not respond.');
    return { image, testModules: [{ id: module, path: `/checkouts/${module}` }] };
  };
  const containers = {
    newest,
    async temporaryContainer(image: string) {
      opened.push(image);
      return { id: image, dispose: async () => void disposed.push(image) };
    },
    async tryPatches({ id }: { id: string }, container: () => Promise<string>) {
      const image = await container();
      trials.push(`${id} in ${image}`);
      if (image === 'shop:2.5') throw new Fault('PATCH_FAILED', 'patches/010-wait.patch does not fit.');
      return [{ name: `${id}.patch`, state: 'applied' }];
    },
  };
  const context = {
    config: { mftf: { patches: [{ kind: 'folder', path: 'patches' }] } },
    environments: Object.entries(environments).map(([code, { image, module }]) => ({
      code,
      image,
      modules: module === undefined ? [] : [{ name: module }],
    })),
    containers: async () => containers,
    inspections: { signIns: new Map(), temporaryContainers: new Map() },
  } as unknown as CheckContext;
  return { context, opened, disposed, trials };
}

it('tries the patches once for each image and first module, and says which environment they do not fit', async () => {
  const { context, opened, disposed, trials } = contextOf({
    us: {},
    es: { image: 'shop:2.5' },
    fr: { module: 'other' },
    it: { module: 'other' },
    de: { module: 'away' },
  });
  expect(await patchesMisfit.run(context)).toEqual([
    { status: 'ok', message: 'They fit: main.patch.' },
    {
      status: 'problem',
      code: 'PATCH_FAILED',
      message: 'patches/010-wait.patch does not fit.',
      about: 'es',
    },
    { status: 'ok', message: 'They fit: other.patch.', about: 'fr' },
    { status: 'ok', message: 'They fit: other.patch.', about: 'it' },
    {
      status: 'unknown',
      message: expect.stringContaining('MODULE_CHECKOUT_FAILED'),
      about: 'de',
    },
  ]);
  expect(trials.sort()).toEqual(['main in shop:2.4', 'main in shop:2.5', 'other in shop:2.4']);
  expect(opened.sort()).toEqual(['shop:2.4', 'shop:2.5']);
  await removeTemporaryContainers(context);
  expect(disposed.sort()).toEqual(opened);
});

it('leaves out the settings when every environment has sources of its own', async () => {
  const { context, trials } = contextOf({ fr: { module: 'other' } });
  expect(await patchesMisfit.run(context)).toHaveLength(1);
  expect(trials).toEqual(['other in shop:2.4']);
});
