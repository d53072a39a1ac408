import { describe, expect, it } from 'vitest';
import { decodeEnvFile, maxEnvFileBytes } from './decode.ts';

describe('decodeEnvFile', () => {
  it('returns UTF-8 text, with its line ends and its byte order mark', () => {
    const text = '\uFEFFA=é\r\nB=\u00A0\r';
    expect(decodeEnvFile(Buffer.from(text))).toBe(text);
  });

  it.each([
    [
      'Latin-1',
      Buffer.from('A=1\r\nB=2\rC=\xE9\nD=4', 'latin1'),
      'Line 3: there are bytes that are not UTF-8',
    ],
    [
      'a cut character',
      Buffer.from('A=1\nB=é').subarray(0, -1),
      'Line 2: there are bytes that are not UTF-8',
    ],
    ['UTF-16 with a mark', Buffer.from('\uFEFFA=1\n', 'utf16le'), 'Line 1: the file is UTF-16'],
    ['UTF-16 with the other mark', Buffer.from('\uFEFFA=1\n', 'utf16le').swap16(), 'the file is UTF-16'],
    ['UTF-16 without a mark', Buffer.from('A=1\n', 'utf16le'), 'Line 1: the file is UTF-16'],
    ['a zero byte', Buffer.from('A=1\nB=\0'), 'Line 2: there is a zero byte'],
    ['a file that is too large', Buffer.alloc(maxEnvFileBytes + 1, 'A'), 'the limit is 262144'],
  ])('refuses %s, with the line', (_, bytes, message) => {
    expect(() => decodeEnvFile(bytes)).toThrow(
      expect.objectContaining({ code: 'ENV_FILE_INVALID', message: expect.stringContaining(message) }),
    );
  });
});
