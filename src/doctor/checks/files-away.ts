import { randomUUID } from 'node:crypto';
import { createS3Store } from '../../artifacts/s3/s3.ts';
import { Fault } from '../../faults/fault.ts';
import { type Check, ok } from '../check.ts';

/** Shorter than that of uploads, so that a check ends: a service that needs longer for a few bytes is too slow. */
const timeoutMs = 5_000;

/** Whether files of runs can be stored in S3. */
export const filesAway: Check = {
  name: 'files-away',
  labels: {
    subject: 'the store of files of runs',
    ok: 'files of runs can be stored',
    problem: 'files of runs cannot be stored in S3',
  },
  description: 'with MATRE_ARTIFACTS=s3, whether an object can be written, read, listed and deleted there',
  symptoms: ['logs and screenshots of new runs are missing', 'the data folder of a worker grows'],
  codes: ['S3_UNREACHABLE', 'S3_REFUSED'],

  async run({ config }) {
    const { s3, artifacts } = config.store;
    if (!s3) return [ok(`Files of runs are in the ${artifacts}, which other checks look at.`)];
    const store = createS3Store(s3, { timeoutMs });
    const key = `doctor/${randomUUID()}`;
    const startedAt = performance.now();
    await store.put(key, Buffer.from('matre doctor'));
    try {
      const content = await store.get(key, 0, 5);
      const { keys } = await store.list(key);
      if (content.toString() !== 'matre' || !keys.includes(key))
        throw new Fault('S3_REFUSED', `${s3.endpoint} does not return the objects that it accepts.`);
    } finally {
      await store.remove([key]);
    }
    const ms = Math.round(performance.now() - startedAt);
    return [
      ok(`An object was written to the bucket ${s3.bucket}, read, listed and deleted within ${ms} ms.`),
    ];
  },
};
