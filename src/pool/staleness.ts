import type { ContainerSpec, ListedContainer } from '../engine/engine.ts';
import { poolLabels } from './specification.ts';

/** Why a container is not what its specification says; `undefined` when it is. In words that follow "because". */
export function staleReason(info: ListedContainer, spec: ContainerSpec, imageId: string): string | undefined {
  if (info.imageId !== imageId) return `the image ${spec.image} is another one now`;
  const { specification } = poolLabels;
  if (info.labels[specification] !== spec.labels[specification]) return 'its specification changed';
  // The label says what was asked for; these are what it has.
  const missing = [
    ...spec.mounts.map(({ source, target, readOnly }) => ({ type: 'bind', source, target, readOnly })),
    ...spec.tmpfs.map(({ target }) => ({ type: 'tmpfs', source: undefined, target, readOnly: false })),
  ].find(
    (wanted) =>
      !info.mounts.some(
        (mount) =>
          mount.type === wanted.type &&
          mount.target === wanted.target &&
          mount.source === wanted.source &&
          mount.readOnly === wanted.readOnly,
      ),
  );
  return missing && `the ${missing.type} mount at ${missing.target} is missing or another one`;
}
