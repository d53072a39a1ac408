import { z } from 'zod';
import { type ReplayMode, replayModes } from '../../model/replay.ts';
import { absolutePath, matching, port, url } from '../setting-parsers.ts';
import { optional, setting } from './setting.ts';

export interface SeleniumConfig {
  host: string | undefined;
  port: number;
  protocol: 'http' | 'https';
  path: string;
  downloads: {
    mode: 'auto' | 'grid' | 'folder' | 'off';
    /** On the host of the containers; `undefined`: in the data folder. */
    folder: string | undefined;
    /** The same as browsers see it. */
    browserFolder: string | undefined;
  };
  /** May contain `{session}`, `{environment}` and `{run}`. */
  liveViewUrl: string | undefined;
  replay: ReplayMode;
  /** A browser is kept for the next test. */
  reusesBrowsers: boolean;
}

/** The settings of Selenium and of what its browsers download: a part of the table of settings. */
export const seleniumSettings = {
  SELENIUM_HOST: optional({
    group: 'Selenium',
    schema: matching(/^[A-Za-z0-9[][\w.:\]-]*$/, 'must be the name or address of a host'),
    description:
      'The host of Selenium, as the containers reach it. Without it this host: host.docker.internal from Docker, 127.0.0.1 from the sandbox.',
  }),
  SELENIUM_PORT: setting({
    group: 'Selenium',
    schema: port,
    default: '4444',
    description: 'The port of Selenium.',
  }),
  SELENIUM_PROTOCOL: setting({
    group: 'Selenium',
    schema: z.enum(['http', 'https'], 'must be http or https'),
    default: 'http',
    description: 'The protocol of Selenium.',
  }),
  SELENIUM_PATH: setting({
    group: 'Selenium',
    schema: matching(/^\/[\w./-]*$/, 'must be a path that begins with /'),
    default: '/wd/hub',
    description: 'The path of Selenium; / for a bare chromedriver.',
  }),
  MATRE_DOWNLOADS: setting({
    group: 'Selenium',
    schema: z.enum(['auto', 'grid', 'folder', 'off'], 'must be auto, grid, folder or off'),
    default: 'auto',
    description:
      'How tests get the files that their browser downloads: from a Selenium Grid with managed downloads (grid), by a folder that browsers and containers share (folder), or not at all (off). auto: from a Grid with managed downloads, else by the folder when Selenium is on this host or MATRE_DOWNLOADS_FOLDER is set.',
  }),
  MATRE_DOWNLOADS_FOLDER: optional({
    group: 'Selenium',
    schema: absolutePath,
    description:
      'The folder for downloads on the host of the containers. Each container sees only its own part of it. Without it `downloads` in the data folder.',
  }),
  MATRE_DOWNLOADS_BROWSER_FOLDER: optional({
    group: 'Selenium',
    schema: absolutePath,
    description:
      'The same folder as the browsers see it, such as /home/seluser/Downloads. Without it the same path.',
  }),
  MATRE_LIVE_VIEW_URL: optional({
    group: 'Selenium',
    schema: url('http', 'https'),
    description:
      'The address where users can watch the browser of a run, such as http://grid:4444/ui/#/session/{session} or a noVNC. {session}, {environment} and {run} are replaced; with {session} there is a link for each open session.',
  }),
  MATRE_REPLAY: setting({
    group: 'Selenium',
    schema: z.enum(replayModes, `must be ${replayModes.join(' or ')}`),
    default: 'off',
    description:
      'What is recorded of the browsers of tests, with pictures, console and failed requests: nothing (off), that of tests that failed or broke (failed), or of all. An environment may have another value.',
  }),
  MATRE_BROWSER_REUSE: setting({
    group: 'Selenium',
    schema: z.enum(['on', 'off'], 'must be on or off'),
    default: 'off',
    description:
      'Whether Chrome is cleared and kept for the next test of a run, instead of a new one for each (docs/browsers.md).',
  }),
};
