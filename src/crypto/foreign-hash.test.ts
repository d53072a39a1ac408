import { expect, it } from 'vitest';
import { isBcryptHash, isForeignHash } from './foreign-hash.ts';
import { isPassword } from './password.ts';

// Of PHP 8.2: password_hash($password, PASSWORD_BCRYPT, ['cost' => 4]); the second password was hashed with SHA-512 before, as Symfony does
// with one of more than 72 bytes.
const hashes = [
  ['admin123', '$2y$04$fBoB0b0TT1adBYeKaL8Ltu9HWYynTWKZgzGthpAG5RvoZY58ZOO3q'],
  [
    'lång pass lång pass lång pass lång pass lång pass lång pass lång pass lång pass lång pass ',
    '$2y$04$OBLHBlVLIuEcm4UEQ.kMBO1inH5N3IqlDob7t9YTw0t2Cw1oravfy',
  ],
];

it.each(hashes)('a hash of PHP for %j matches this password alone', async (password, hash) => {
  expect(isForeignHash(hash)).toBe(true);
  expect(isBcryptHash(hash)).toBe(true);
  expect(await isPassword(password, hash)).toBe(true);
  expect(await isPassword(`${password}x`, hash)).toBe(false);
});

it.each([
  ['', false],
  ['5f4dcc3b5aa765d61d8327deb882cf99', false],
  // It would take minutes.
  [`$2y$31$${'a'.repeat(53)}`, false],
  [`$2y$12$${'a'.repeat(52)}`, false],
  [`$argon2id$v=19$m=65536,t=4,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, true],
  [`$argon2id$v=19$m=9999999,t=4,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`, false],
])('%j can be checked: %s', (hash, expected) => {
  expect(isForeignHash(hash)).toBe(expected);
});
