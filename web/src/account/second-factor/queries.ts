import { queryOptions } from '@tanstack/react-query';
import type { showSecondFactor } from '#src/operations/users/second-factor.ts';
import { get } from '../../api/request.ts';

/** The second factor of the user. */
export const secondFactorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }) => get<typeof showSecondFactor>('/api/second-factor', { signal }),
});
