import { Option } from 'commander';

/** The environment of a command about variables. */
export const environmentOption = () =>
  new Option('-e, --env <code>', 'variables of an environment; without it the global ones');

/** Whose variables they are, in words. */
export const scopeText = (environment: string | undefined) =>
  environment === undefined ? 'all environments' : environment;
