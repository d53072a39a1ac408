import { formatBytes } from '#src/model/bytes.ts';
import type { SlotView } from '#src/operations/environments/environment-detail.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import shared from '../environment.module.css';
import classes from './containers.module.css';

type Mount = NonNullable<SlotView['container']>['mounts'][number];

const columns: Column<Mount>[] = [
  {
    name: 'Folder',
    width: 9,
    value: ({ target }) => (
      <code>
        <LongText text={target} />
      </code>
    ),
  },
  {
    name: 'Source',
    width: 9,
    value: ({ type, source, readOnly }) => (
      <span className={classes.source}>
        {type === 'tmpfs' ? (
          'memory (tmpfs)'
        ) : (
          <code>
            <LongText text={source ?? ''} />
          </code>
        )}
        {readOnly && <span className={shared.dim}>read-only</span>}
      </span>
    ),
  },
  { name: 'Used', width: 'fit', isNumber: true, value: (mount) => <Fill mount={mount} /> },
];

/** The mounts of a container, with the usage of those in memory. */
export function Mounts({ mounts }: { mounts: Mount[] }) {
  if (mounts.length === 0) return null;
  return <DataTable label="Mounts" rows={mounts} rowKey={({ target }) => target} columns={columns} />;
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
