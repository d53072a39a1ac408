import { anyText, matching, siteAddress } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

/** The bucket for files of runs, with MATRE_ARTIFACTS=s3: see docs/retention.md. */
export const s3Settings = {
  MATRE_S3_ENDPOINT: optional({
    group: 'Store',
    schema: siteAddress,
    description:
      'The address of the S3 service for MATRE_ARTIFACTS=s3, without the bucket, such as https://s3.eu-west-1.amazonaws.com.',
  }),
  MATRE_S3_REGION: setting({
    group: 'Store',
    schema: matching(/^[a-z0-9-]{1,63}$/, 'must be a region such as eu-west-1'),
    default: 'us-east-1',
    description: 'The region that requests to S3 are signed for. Many services other than AWS accept any.',
  }),
  MATRE_S3_BUCKET: optional({
    group: 'Store',
    schema: matching(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'must be the name of a bucket: 3 to 63 lower-case letters, digits, - and .',
    ),
    description: 'The bucket for files of runs, which must exist.',
  }),
  MATRE_S3_PREFIX: setting({
    group: 'Store',
    schema: matching(
      /^(?:[\w.-]{1,100}\/){0,5}$/,
      'must be empty, or names that each end with a slash, such as matre/',
    ),
    default: 'matre/',
    description:
      'The beginning of the keys of all objects. Each installation that uses a bucket needs its own.',
  }),
  MATRE_S3_ACCESS_KEY: optional({
    group: 'Store',
    schema: anyText,
    description: 'The id of the access key for S3.',
  }),
  MATRE_S3_SECRET_KEY: optional({
    group: 'Store',
    schema: anyText,
    secret: 'whole',
    description: 'The secret access key for S3.',
  }),
};
