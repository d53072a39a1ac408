import { readFileSync } from 'node:fs';
import type { SpecFile } from '../../engine/engine.ts';

/** The paths of this folder's files in a container. */
export const playwrightScripts = {
  prepare: '/opt/matre/prepare-playwright.sh',
  reporter: '/opt/matre/playwright-reporter.cjs',
};

/** The files for Playwright, for the `files` of a container's specification. */
export function playwrightFiles(): SpecFile[] {
  return Object.values(playwrightScripts).map((path) => ({
    path,
    mode: 0o755,
    content: readFileSync(new URL(`.${path.slice(path.lastIndexOf('/'))}`, import.meta.url), 'utf8'),
  }));
}
