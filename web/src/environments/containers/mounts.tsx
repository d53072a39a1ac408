import type { SlotView } from '#src/operations/environments/environment-detail.ts';
import { formatBytes } from '../../ui/bytes.ts';
import shared from '../environment.module.css';
import classes from './containers.module.css';

type Mount = NonNullable<SlotView['container']>['mounts'][number];

/** The mounts of a container, with the usage of those in memory. */
export function Mounts({ mounts }: { mounts: Mount[] }) {
  if (mounts.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable with the keyboard
    <section className={shared.scroll} aria-label="Mounts" tabIndex={0}>
      <table className={shared.table}>
        <thead>
          <tr>
            <th scope="col">Folder</th>
            <th scope="col">Source</th>
            <th scope="col" className={shared.number}>
              Used
            </th>
          </tr>
        </thead>
        <tbody>
          {mounts.map((mount) => (
            <tr key={mount.target}>
              <th scope="row">
                <code>{mount.target}</code>
              </th>
              <td>
                {mount.type === 'tmpfs' ? 'memory (tmpfs)' : <code>{mount.source}</code>}
                {mount.readOnly && <span className={shared.dim}> read-only</span>}
              </td>
              <td className={shared.number}>
                <Fill mount={mount} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Fill({ mount: { sizeBytes, usedBytes } }: { mount: Mount }) {
  if (sizeBytes === null || usedBytes === null || sizeBytes === 0) return null;
  const percent = Math.round((usedBytes / sizeBytes) * 100);
  return (
    <span className={classes.fill} data-full={percent >= 90 || undefined}>
      <span className={classes.track} aria-hidden>
        <span style={{ width: `${percent}%` }} />
      </span>
      {formatBytes(usedBytes)} of {formatBytes(sizeBytes)}
    </span>
  );
}
