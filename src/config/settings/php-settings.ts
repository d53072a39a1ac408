import { matching, size } from '../setting-parsers.ts';
import { setting } from './setting.ts';

/** The settings of PHP: a part of the table of settings. */
export const phpSettings = {
  MATRE_PHP: setting({
    group: 'MFTF',
    schema: matching(/^[\w./+-]+$/, 'must be the name or path of a program'),
    default: 'php',
    description: 'The PHP program in the container.',
  }),
  MATRE_PHP_MEMORY: setting({
    group: 'MFTF',
    schema: size(128),
    default: '1536m',
    description: 'The memory limit of PHP. Generating all of Magento 2.4.4 takes 0.8 GB.',
  }),
};
