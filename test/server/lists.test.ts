import { listsConformance } from './lists-conformance.ts';

listsConformance('embedded');
listsConformance('postgres');
