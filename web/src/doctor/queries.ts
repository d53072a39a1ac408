import { queryOptions } from '@tanstack/react-query';
import type { showDoctor } from '#src/operations/system/doctor.ts';
import { get, type OutputOf } from '../api/request.ts';

export type Report = OutputOf<typeof showDoctor>;
export type Check = Report['checks'][number];
export type Finding = Check['findings'][number];
export type CheckStatus = Check['standing'];

/** Checks each time the view is opened, because old results are misleading. An empty code means all environments. */
export const doctorQuery = (environment: string) =>
  queryOptions({
    queryKey: ['doctor', environment],
    queryFn: ({ signal }) => get<typeof showDoctor>('/api/doctor', { query: { environment }, signal }),
    refetchOnMount: 'always',
  });
