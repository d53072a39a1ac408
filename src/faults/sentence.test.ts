import { expect, it } from 'vitest';
import { asSentence } from './sentence.ts';

it.each([
  ['connect ENOENT /var/run/docker.sock', 'connect ENOENT /var/run/docker.sock.'],
  ['The container ended.', 'The container ended.'],
  ['It says "not here."', 'It says "not here."'],
  ['Is it up?\n', 'Is it up?'],
  ['matre_magento_env_3 (exit code 137)', 'matre_magento_env_3 (exit code 137).'],
  ['', ''],
])('ends %j with one mark', (text, sentence) => {
  expect(asSentence(text)).toBe(sentence);
  expect(asSentence(sentence)).toBe(sentence);
});
