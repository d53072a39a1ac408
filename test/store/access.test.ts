import { kinds } from '../support/database.ts';
import { accessConformance } from './access-conformance.ts';

for (const kind of kinds) accessConformance(kind);
