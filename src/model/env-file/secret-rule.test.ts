import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSecretRule, secretTextsOf } from './secret-rule.ts';

const rule = createSecretRule({ secretNames: [], plainNames: [] });

describe('the secret rule', () => {
  it.each([
    ...['STRIPE_SK', 'DATABASE_DSN', 'BASIC_AUTH', 'CARD_CVV', 'SMTP_PASS', 'DB_PWD', 'FTPPWD', 'ADMIN_PW'],
    ...['JWT', 'COOKIE', 'TOTP_SEED', 'SLACK_WEBHOOK', 'DB_PASSWORD', 'api_key', 'KEY', 'STRIPE_APIKEY'],
    ...[
      'ACCESS_TOKEN',
      'OTP_SHARED_SECRET',
      'SSH_KEYS',
      'KEY_ID',
      'DBPASSWORD',
      'stripeSecretKey',
      'smtpPass',
    ],
    ...[
      'SMTPPASS',
      'API_KEY2',
      'PASSWORD1',
      'TWO_2FA',
      '2FA_CODE',
      'OAUTH2',
      'CARD_PIN',
      'TLS_CERT',
      'PHP_SESSION',
    ],
    ...[
      'GATEWAY_PASSPHRASE',
      'URL_SIGNATURE',
      'CRYPT_SALT',
      'BEARER',
      'AWS_CREDENTIALS',
      'CARD_CVC',
      'ENCRYPTION_KEY',
    ],
  ])('takes %s as the name of a secret', (name) => {
    expect(rule.isSecret(name, 'abc')).toBe(true);
    expect(rule.isPlain(name)).toBe(false);
  });

  it.each([
    ...['MAGENTO_BASE_URL', 'MAGENTO_BACKEND_NAME', 'MAGENTO_ADMIN_USERNAME', 'SELENIUM_HOST', 'BROWSER'],
    ...['ELASTICSEARCH_VERSION', 'SELENIUM_CLOSE_ALL_SESSIONS', 'MODULE_ALLOWLIST'],
  ])('takes %s as plain', (name) => {
    expect(rule.isSecret(name, 'abc')).toBe(false);
    expect(rule.isPlain(name)).toBe(true);
  });

  it.each([
    ...['KEYBOARD', 'MONKEY', 'STORE_CODE', 'TURKEY_STORE', 'COMPASS_COLOUR', 'BYPASS', 'SPINNER', 'AUTHOR'],
    ...[
      'HASHTAG',
      'COOKIE_LIFETIME',
      'TOKEN_TTL',
      'AUTH_TYPE',
      'SKU',
      'TASK',
      'CERTAIN',
      'PASSENGER',
      'SEEDLING',
    ],
  ])('takes %s neither as secret nor as plain', (name) => {
    expect(rule.isSecret(name, 'abc')).toBe(false);
    expect(rule.isPlain(name)).toBe(false);
  });

  it.each([
    'mysql://root:pass@db/shop',
    'amqp://user:a/b@mq',
    'Server=db;User=sa;Password=x1',
    'https://api.example.com/hook?store=us&access_token=x1',
    'Endpoint=sb://bus.example.com/;SharedAccessKey=x1',
    '-----BEGIN RSA PRIVATE KEY-----\nMIIE',
    '8f14e45fceea167a5a36dedd4bea2543',
    'AKIA2J7QW9ZL4T8XN3VP',
    'ghp_x7Kq2LmN9vR4tYb8Zc3WdE6fGh1JkP5sUa0T',
    'xoxb-4827-q8W2eR5tY7uI9oP3aS6dF4gH',
    '4f9c2d1a-7b3e-4c5d-8e6f-1a2b3c4d5e6f',
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc',
    'Zm9v/8q3K7vX2mN5pR9tW4yB6cD1eF0gH8jL',
  ])('takes %j as secret, whatever its name', (value) => {
    expect(rule.isSecret('SOMETHING', value)).toBe(true);
  });

  it('takes random keys as secret', () => {
    const keys = Array.from({ length: 1000 }, () => randomBytes(24));
    const secret = (texts: string[]) => texts.filter((text) => rule.isSecret('SOMETHING', text)).length;
    expect(secret(keys.map((key) => key.toString('hex')))).toBe(1000);
    // 3 % have too few digits: 968 are expected, with a standard deviation of 6, and no chance result is below 920.
    expect(secret(keys.map((key) => key.toString('base64').replace(/[^A-Za-z0-9]/g, 'x')))).toBeGreaterThan(
      920,
    );
  });

  it.each([
    ...[
      '',
      'true',
      'None',
      'chrome',
      'us',
      '10',
      '2026-11-29T10:00:00.000Z',
      '7.17.9',
      '2.4.4,2.4.5,2.4.6-p1',
    ],
    ...[
      'https://shop.example.com/catalog/product/view/id/1234567/category/89',
      '/var/www/html/vendor/bin/mftf',
    ],
    ...[
      '../dev/tests/acceptance/tests/functional/Magento2Module',
      'HarbourOrdersSuite',
      'AdminCreateSimpleProductTest',
    ],
    ...[
      'Magento_Framework,TestModule,Magento_Catalog2Rules',
      'preprod-us-2.shop-7.example.com:8443',
      '€ 12,00',
    ],
    ...[
      'harbour-mug-blue-large-2-pack-2026',
      'Simple2023Product10OrderTest',
      'user.name+tag2@example.com',
      '4111111111111111',
    ],
  ])('takes %j not as secret', (value) => {
    expect(rule.isSecret('SOMETHING', value)).toBe(false);
  });

  it('leaves switches readable, also those with the name of a secret', () => {
    expect(rule.isSecret('USE_TOKEN', 'true')).toBe(false);
    expect(rule.isSecret('PASSWORD', '')).toBe(false);
  });

  it('follows the names of the settings, and secret ones first', () => {
    const own = createSecretRule({ secretNames: ['STORE', 'BROWSER'], plainNames: ['PUBLIC_KEY', 'STORE'] });
    expect(own.isSecret('STORE', 'us')).toBe(true);
    expect(own.isPlain('STORE')).toBe(false);
    expect(own.isSecret('BROWSER', 'chrome')).toBe(true);
    expect(own.isPlain('BROWSER')).toBe(false);
    expect(own.isSecret('PUBLIC_KEY', '8f14e45fceea167a5a36dedd4bea2543')).toBe(false);
    expect(own.isPlain('PUBLIC_KEY')).toBe(true);
  });
});

describe('a long value', () => {
  it.each(['x://', 'x://a'])('takes time in proportion to its length: %s', (start) => {
    // With two parts of a pattern that match the same text, minutes.
    for (const part of [':', 'a:', '@', ' ', 'password=', '-----BEGIN ', '?token='])
      rule.isSecret('X', start + part.repeat(1_000_000 / part.length));
    expect(rule.isSecret('X', `${start}${':'.repeat(1_000_000)}@`)).toBe(true);
  });
});

describe('secretTextsOf', () => {
  it('names a value without the blanks and line ends around it as well', () => {
    expect(secretTextsOf('hunter2-secret\n')).toContain('hunter2-secret');
    expect(secretTextsOf(' hunter2-secret\t')).toContain('hunter2-secret');
    expect(secretTextsOf('key:\n    MIIEvQIBADANBgkqhkiG  \n')).toContain('MIIEvQIBADANBgkqhkiG');
  });

  it('names a value with its letters composed and decomposed', () => {
    const [composed, decomposed] = ['pässwörter', 'pässwörter'.normalize('NFD')];
    for (const value of [composed, decomposed])
      expect(new Set(secretTextsOf(value))).toEqual(new Set([composed, decomposed]));
  });

  it('names the password of an address and of a pair as well', () => {
    expect(secretTextsOf('mysql://root:p%40ss@db/x')).toEqual(['mysql://root:p%40ss@db/x', 'p%40ss', 'p@ss']);
    expect(secretTextsOf('me:l3t-me-in')).toContain('l3t-me-in');
    expect(secretTextsOf('mysql://root@db/x')).toEqual(['mysql://root@db/x']);
    expect(secretTextsOf('hunter2')).toEqual(['hunter2']);
  });

  it('names a password with an @ whole, and a key in the place of a user', () => {
    expect(secretTextsOf('mysql://root:p@ss@db/x')).toContain('p@ss');
    const key = '8f14e45fceea167a5a36dedd4bea2543';
    expect(secretTextsOf(`https://${key}@errors.example.com/1`)).toContain(key);
  });

  it('names the values of secret parameters alone', () => {
    expect(secretTextsOf('mysql:host=db;dbname=shop;password=l3t-me-in')).toContain('l3t-me-in');
    expect(secretTextsOf('Server=db;User=sa;Pwd=l3t-me-in')).toEqual([
      'Server=db;User=sa;Pwd=l3t-me-in',
      'l3t-me-in',
    ]);
    expect(secretTextsOf('https://api.example.com/?api_key=a%2Fb&token=c')).toEqual(
      expect.arrayContaining(['a%2Fb', 'a/b', 'c']),
    );
  });

  it('names the lines of a private key, without its first and last one', () => {
    const lines = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG', 'abc', '-----END PRIVATE KEY-----'];
    expect(secretTextsOf(lines.join('\n'))).toEqual([lines.join('\n'), 'MIIEvQIBADANBgkqhkiG']);
  });
});
