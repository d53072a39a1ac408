import type { ContainerSpec, ListedContainer } from '../engine/engine.ts';
import { poolLabels } from './specification.ts';

/** Why a container does not match its specification; `undefined` when it does. The text follows the word "because". */
export function staleReason(info: ListedContainer, spec: ContainerSpec, imageId: string): string | undefined {
  if (info.imageId !== imageId) return `the image ${spec.image} is another one now`;
  const { specification } = poolLabels;
  if (info.labels[specification] !== spec.labels[specification]) return 'its specification changed';
  // The label has the hash of what was requested; these are the actual mounts.
  const missing = [
    ...spec.mounts.map(({ source, target, readOnly }) => ({ type: 'bind', source, target, readOnly })),
    ...spec.tmpfs.map(({ target }) => ({ type: 'tmpfs', source: undefined, target, readOnly: false })),
  ].find(
    (required) =>
      !info.mounts.some(
        (mount) =>
          mount.type === required.type &&
          mount.target === required.target &&
          mount.source === required.source &&
          mount.readOnly === required.readOnly,
      ),
  );
  return missing && `the ${missing.type} mount at ${missing.target} is missing or another one`;
}
