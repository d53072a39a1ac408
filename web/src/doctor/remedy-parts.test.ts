import { describe, expect, it } from 'vitest';
import { remedyParts } from './remedy-parts.ts';

const copyable = (remedy: string) =>
  remedyParts(remedy)
    .filter(({ isCopyable }) => isCopyable)
    .map(({ text }) => text);

describe('the parts of a remedy', () => {
  it.each([
    ['matre up', ['matre up']],
    ['matre scheduler, or matre up', ['matre scheduler', 'matre up']],
    [
      'matre doctor --env preprod-us --fix, or nothing: the next run replaces it.',
      ['matre doctor --env preprod-us --fix'],
    ],
    [
      'curl -sSI https://shop.test:8443/a.b; then fix the shop, or matre env edit us --base-url URL, or matre env pause us',
      ['curl -sSI https://shop.test:8443/a.b', 'matre env edit us --base-url URL', 'matre env pause us'],
    ],
    [
      'df -h /var/lib/matre; docker system df; then free space, or move MATRE_DATA to a larger disk.',
      ['df -h /var/lib/matre', 'docker system df', 'MATRE_DATA'],
    ],
    [
      'Check process 7 on a (ps -p 7; kill -CONT 7 if it was stopped), and start the worker again if it has ended.',
      ['ps -p 7', 'kill -CONT 7'],
    ],
    [
      'matre env edit us --ask-admin-password (or --admin-username NAME); in Magento: bin/magento admin:user:unlock admin',
      ['matre env edit us --ask-admin-password', 'bin/magento admin:user:unlock admin'],
    ],
    [
      'matre env set us OTP_SHARED_SECRET --secret (after bin/magento security:tfa:google:set-secret), or bin/magento module:disable Magento_TwoFactorAuth',
      [
        'matre env set us OTP_SHARED_SECRET --secret',
        'bin/magento security:tfa:google:set-secret',
        'bin/magento module:disable Magento_TwoFactorAuth',
      ],
    ],
    [
      'matre schedule edit "this, or; that (1)" -e CODE',
      ['matre schedule edit "this, or; that (1)" -e CODE'],
    ],
    [
      "CREATE UNIQUE INDEX run_one_running ON run (environment_id) WHERE state = 'running';",
      ["CREATE UNIQUE INDEX run_one_running ON run (environment_id) WHERE state = 'running';"],
    ],
    [
      'Set the same LOCK_DSN for all processes (`matre config` shows it), and restart that worker.',
      ['LOCK_DSN', 'matre config'],
    ],
    [
      'matre saved edit "nightly 1" --group NAME, or give one of the two its own database (LOCK_DSN=redis://host:6379/1).',
      ['matre saved edit "nightly 1" --group NAME', 'LOCK_DSN=redis://host:6379/1'],
    ],
    ['Check its log; restart it if it hangs, or if it runs an older version.', []],
  ])('has the commands and settings of: %s', (remedy, expected) => {
    expect(copyable(remedy)).toEqual(expected);
  });

  it('keeps every word of the sentence', () => {
    const remedy = 'Check what it is for, then: docker rename a a_old, or docker rm -f a';
    expect(
      remedyParts(remedy)
        .map(({ text }) => text)
        .join(''),
    ).toBe(remedy);
  });
});
