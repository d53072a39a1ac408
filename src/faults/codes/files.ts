/** Codes of the store of files of runs. They are part of the registry in `fault.ts`. */
export const fileFaults = {
  S3_UNREACHABLE: {
    kind: 'infrastructure',
    status: 503,
    transient: true,
    meaning:
      'New files of runs wait on their host, and are uploaded later; those in S3 cannot be read meanwhile. Nothing is half written.',
    remedy: 'Check that the S3 service is up and quick enough, and that MATRE_S3_ENDPOINT is right.',
  },
  S3_REFUSED: {
    kind: 'infrastructure',
    status: 409,
    transient: false,
    meaning:
      'New files of runs wait on their host until S3 accepts them; those in S3 cannot be read meanwhile. Nothing is half written.',
    remedy:
      'Check MATRE_S3_BUCKET, MATRE_S3_REGION, MATRE_S3_ACCESS_KEY and MATRE_S3_SECRET_KEY, and that the key may read, write, delete and list objects there.',
  },
} as const;
