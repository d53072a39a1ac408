import { withoutEnd } from '../../model/without-end.ts';
import type { EnvValue } from './env-files.ts';

/** The address of the Selenium that MFTF will use, such as `http://grid:4444/wd/hub`; without a slash at its end. */
export function seleniumAddress(values: readonly EnvValue[]): string {
  const value = (name: string) => values.find((each) => each.name === `SELENIUM_${name}`)?.value ?? '';
  return `${value('PROTOCOL')}://${value('HOST')}:${value('PORT')}${withoutEnd(value('PATH'), '/')}`;
}
