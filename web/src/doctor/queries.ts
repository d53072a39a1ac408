import { queryOptions } from '@tanstack/react-query';
import type { showDoctor } from '../../../src/operations/system/doctor.ts';
import { type Answer, get } from '../api/request.ts';

export type Report = Answer<typeof showDoctor>;
export type Check = Report['checks'][number];
export type Finding = Check['findings'][number];
export type Standing = Check['standing'];

/** Looks each time that the view is opened: what was so some minutes ago says little. Empty: all environments. */
export const doctorQuery = (environment: string) =>
  queryOptions({
    queryKey: ['doctor', environment],
    queryFn: ({ signal }) => get<typeof showDoctor>('/api/doctor', { query: { environment }, signal }),
    refetchOnMount: 'always',
  });
