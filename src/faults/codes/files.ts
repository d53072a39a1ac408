/** Codes of the store of files of runs. They are part of the registry in `fault.ts`. */
import { infrastructure, transient } from '../fault-entry.ts';

export const fileFaults = {
  S3_UNREACHABLE: transient(
    503,
    'New files of runs wait on their host, and are uploaded later; those in S3 cannot be read meanwhile. Nothing is half written.',
    'Check that the S3 service is up and quick enough, and that MATRE_S3_ENDPOINT is right.',
  ),
  S3_REFUSED: infrastructure(
    409,
    'New files of runs wait on their host until S3 accepts them; those in S3 cannot be read meanwhile. Nothing is half written.',
    'Check MATRE_S3_BUCKET, MATRE_S3_REGION, MATRE_S3_ACCESS_KEY and MATRE_S3_SECRET_KEY, and that the key may read, write, delete and list objects there.',
  ),
};
