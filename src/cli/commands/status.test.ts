import { expect, it } from 'vitest';
import { sourceText } from './status.ts';

it('says that no server runs only where it can know: on a data folder with the embedded database', () => {
  expect(sourceText('http://127.0.0.1:8089', false)).toBe('Server: http://127.0.0.1:8089');
  expect(sourceText(undefined, false)).toBe('No server runs on this data folder.');
  expect(sourceText(undefined, true)).not.toMatch(/no server runs/i);
});
