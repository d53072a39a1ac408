import { describe, expect, it } from 'vitest';
import type { Selenium, SeleniumStatus } from '../../selenium/selenium.ts';
import { chooseRoute, type DownloadSettings } from './download-route.ts';

const auto: DownloadSettings = {
  mode: 'auto',
  folder: '/data/downloads',
  browserFolder: undefined,
  isShared: false,
};
const local = 'http://127.0.0.1:9515';
const remote = 'http://grid.example.com:4444/wd/hub';
const status = (kind: 'grid' | 'driver', managesDownloads = false): SeleniumStatus => ({
  ...{ kind, managesDownloads, ready: true, message: '', capacity: undefined, sessions: [] },
});
const choose = (settings: DownloadSettings, address: string, seen: SeleniumStatus, isChrome = true) => {
  const selenium = {
    address,
    status: async () => seen,
    end: async () => false,
    devTools: async () => undefined,
  } satisfies Selenium;
  return chooseRoute(settings, { selenium: async () => selenium, isChrome });
};

describe('the way of downloads to their tests', () => {
  const shared = { ...auto, folder: '/srv/shared', browserFolder: '/home/seluser/Downloads', isShared: true };

  it('is a folder when Selenium is on this host, or when a setting names one', async () => {
    const folder = { kind: 'folder', folder: '/data/downloads', browserFolder: '/data/downloads' };
    expect(await choose(auto, local, status('driver'))).toEqual(folder);
    expect(await choose(auto, 'http://host.docker.internal:4444', status('grid'))).toEqual(folder);
    const other = { kind: 'folder', folder: '/srv/shared', browserFolder: '/home/seluser/Downloads' };
    expect(await choose(shared, remote, status('driver'))).toEqual(other);
  });

  it('is a Grid that manages downloads, before a folder', async () => {
    for (const settings of [auto, shared, { ...auto, mode: 'grid' as const }]) {
      expect(await choose(settings, local, status('grid', true))).toMatchObject({ kind: 'grid' });
    }
  });

  it('is missing with a reason where neither is there', async () => {
    const reasonOf = async (...request: Parameters<typeof choose>) => {
      const route = await choose(...request);
      return route.kind === 'none' ? route.reason : route;
    };
    expect(await reasonOf(auto, remote, status('grid'))).toMatch(/without --enable-managed-downloads$/);
    expect(await reasonOf(auto, remote, status('driver'))).toMatch(/MATRE_DOWNLOADS_FOLDER is not set$/);
    expect(await reasonOf(auto, local, status('driver'), false)).toMatch(/Chrome/);
    expect(await reasonOf({ ...auto, mode: 'off' }, local, status('driver'))).toBeUndefined();
  });
});
