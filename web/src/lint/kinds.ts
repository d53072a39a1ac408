import type { UsableName } from './queries.ts';

/** What has a name, in words. */
export const kindText: Record<UsableName['kind'], string> = {
  test: 'test',
  actionGroup: 'action group',
  entity: 'data',
  page: 'page',
  section: 'section',
  operation: 'metadata',
  suite: 'suite',
  element: 'element',
  field: 'field',
  variable: 'variable',
  credential: 'credential',
};
