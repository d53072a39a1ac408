import { kinds } from '../support/database.ts';
import { pageConformance } from './page-answers-conformance.ts';

for (const kind of kinds) pageConformance(kind);
