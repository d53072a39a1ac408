import { expect, test } from 'vitest';
import {
  type ContainerSources,
  type PoolSettings,
  poolLabels,
  poolSpecification,
  specificationHash,
} from './specification.ts';

const settings: PoolSettings = {
  installation: 'one',
  image: 'shop:latest',
  network: undefined,
  extraHosts: [],
  capabilities: [],
  mounts: [],
  memoryBytes: 1024 ** 3,
  tmpfsBytes: 1024 ** 2,
  magentoRoot: '/var/www/html',
  modulesFolder: '/srv/modules',
  files: [],
};
const hashOf = (changes: Partial<PoolSettings>, imageId = 'sha256:1') =>
  specificationOf({ ...settings, ...changes }, { image: 'shop:latest', targets: [] }, imageId).labels[
    poolLabels.specification
  ];
const specificationOf = (changed: PoolSettings, sources: ContainerSources, imageId: string) =>
  poolSpecification(changed, { environmentId: 3, slot: 1 }, sources, imageId);

test('the hash of a specification changes with every setting, and with the image', () => {
  const hashes = [
    hashOf({}),
    hashOf({}, 'sha256:2'),
    hashOf({ installation: 'two' }),
    hashOf({ network: 'shop' }),
    hashOf({ extraHosts: ['a:127.0.0.1'] }),
    hashOf({ mounts: [{ source: '/a', target: '/b', readOnly: true }] }),
    hashOf({ capabilities: ['NET_RAW'] }),
    hashOf({ memoryBytes: 1 }),
    hashOf({ tmpfsBytes: 1 }),
    hashOf({ magentoRoot: '/srv' }),
    hashOf({ modulesFolder: '/srv/other' }),
    hashOf({ downloadsFolder: '/srv/downloads' }),
    hashOf({ files: [{ path: '/x', mode: 0o644, content: '' }] }),
  ];
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(hashOf({})).toBe(hashes[0]);
});

test('the hash changes with the image and the folders of the modules of the environment', () => {
  const all = [
    { image: 'shop:latest', targets: [] },
    { image: 'shop:2.4.7', targets: [] },
    { image: 'shop:latest', targets: ['app/code/A'] },
    { image: 'shop:latest', targets: ['app/code/A', 'app/code/B'] },
    { image: 'shop:latest', targets: ['app/code/B', 'app/code/A'] },
  ];
  const hashes = all.map(
    (sources) => specificationOf(settings, sources, 'sha256:1').labels[poolLabels.specification],
  );
  expect(new Set(hashes).size).toBe(all.length);
  expect(hashes[0]).toBe(hashOf({}));
});

test('the hash does not depend on the order of keys', () => {
  const spec = specificationOf(settings, { image: 'shop:latest', targets: [] }, 'sha256:1');
  const reversed = Object.fromEntries(Object.entries(spec).reverse()) as typeof spec;
  expect(specificationHash(reversed, 'sha256:1')).toBe(specificationHash(spec, 'sha256:1'));
});
