import { list, variableName } from '../setting-parsers.ts';
import { type Setting, setting } from './setting.ts';

/** The settings about variables of tests: a part of the table of settings. */
export const variableSettings = {
  MATRE_GENERATION_VARIABLES: setting({
    group: 'MFTF',
    schema: list(variableName),
    default: '',
    description:
      'Names of additional variables that MFTF reads while it generates tests, besides the known ones (docs/generation.md): for a modified MFTF.',
  }),
  MATRE_SECRET_VARIABLES: setting({
    group: 'MFTF',
    schema: list(variableName),
    default: '',
    description:
      'Names of additional variables whose values are secret, separated by commas (docs/security.md). They take precedence over plain ones.',
  }),
  MATRE_PLAIN_VARIABLES: setting({
    group: 'MFTF',
    schema: list(variableName),
    default: '',
    description:
      'Names of additional variables whose values are not secret, whatever the name and the value look like, and which every user may see, separated by commas (docs/security.md).',
  }),
} satisfies Record<string, Setting<unknown>>;
