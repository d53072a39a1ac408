import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAllure1 } from './allure1.ts';
import { readAllure2 } from './allure2.ts';
import { faultPatterns, recogniseFault } from './infrastructure.ts';
import { readJunit } from './junit.ts';
import { testOf, Unreadable } from './outcome.ts';
import { printableXml } from './text.ts';
import { readXml } from './xml.ts';

const className = 'Magento\\AcceptanceTest\\_default\\Backend\\XCest';

describe('readAllure1', () => {
  const file = (attributes: string, inner = '') => `<alr:test-suite><test-cases><test-case ${attributes}>
    <name>X</name>${inner}<labels><label name="testClass" value="${className}"/></labels></test-case></test-cases></alr:test-suite>`;

  it.each([
    ['passed', 'passed'],
    ['failed', 'failed'],
    ['broken', 'failed'],
    ['canceled', 'skipped'],
    ['pending', 'broken'],
  ])('%s is %s', (word, status) => {
    expect(readAllure1(file(`start="1" stop="2" status="${word}"`))).toMatchObject([{ status, test: 'X' }]);
  });

  it.each([
    ['another document', '<html/>'],
    ['an unknown status', file('start="1" stop="2" status="fine"')],
    ['no start', file('status="passed"')],
    ['a bad time', file('start="1e9999" status="passed"')],
    [
      'an unknown status of a step',
      file('start="1" stop="2" status="passed"', '<steps><step status="x"/></steps>'),
    ],
    ['a document type', `<!DOCTYPE x>${file('start="1" status="passed"')}`],
    [
      'no labels',
      '<alr:test-suite><test-cases><test-case start="1" status="passed"/></test-cases></alr:test-suite>',
    ],
    ['two roots', file('start="1" status="passed"') + file('start="1" status="passed"')],
  ])('refuses %s', (_, content) => {
    expect(() => readAllure1(content)).toThrow(Unreadable);
  });
});

describe('readAllure2', () => {
  const file = (more: object) =>
    JSON.stringify({ fullName: `${className}:X`, status: 'passed', start: 1, stop: 2, ...more });

  it('accepts both forms of the full name', () => {
    expect(readAllure2(file({}))).toMatchObject({ test: 'X', suite: undefined, status: 'passed' });
    expect(readAllure2(file({ fullName: `${className}::X` }))).toMatchObject({ test: 'X' });
  });

  it.each([null, 'unknown', undefined])('without a verdict (%s) a test is broken', (status) => {
    expect(readAllure2(file({ status })).status).toBe('broken');
  });

  it('accepts lists that PHP wrote as objects', () => {
    expect(readAllure2(file({ steps: { 2: { name: 'a', status: 'passed' } } })).steps).toMatchObject([
      { name: 'a' },
    ]);
  });

  it('leaves out steps that are nested thousands deep', () => {
    const deep = `${'{"name":"a","status":"passed","steps":['.repeat(5_000)}${']}'.repeat(5_000)}`;
    const content = file({ steps: [] }).replace('"steps":[]', `"steps":[${deep}]`);
    let depth = 0;
    for (let [step] = readAllure2(content).steps; step !== undefined; [step] = step.steps) depth += 1;
    expect(depth).toBe(64);
  });

  it.each(['', 'null', '[]', '{}', file({ status: 'fine' }), file({ start: '1' }), file({ fullName: '' })])(
    'refuses %j',
    (content) => {
      expect(() => readAllure2(content)).toThrow(Unreadable);
    },
  );
});

describe('readJunit', () => {
  const file = (inner: string) =>
    `<testsuites><testsuite><testsuite><testcase name="X" class="${className}" time="1.5">${inner}</testcase></testsuite></testsuite></testsuites>`;

  it.each([
    ['', 'passed'],
    ['<skipped/>', 'skipped'],
    ['<failure>why</failure>', 'failed'],
    ['<warning>why</warning>', 'failed'],
    ['<error>why</error>', 'failed'],
    ['<skipped/><failure/><error/>', 'failed'],
  ])('%s is %s', (inner, status) => {
    expect(readJunit(file(inner))).toMatchObject([{ test: 'X', status, durationMs: 1500 }]);
  });

  it('takes a time of any number of digits for a long one', () => {
    const [one] = readJunit(file('').replace('1.5', '9'.repeat(400)));
    expect(one?.durationMs).toBe(Number.POSITIVE_INFINITY);
  });

  it('accepts a report without tests', () => {
    expect(readJunit('<testsuites/>')).toEqual([]);
  });

  it.each(['', '<testsuite/>', '<testsuites><testcase/></testsuites>'])('refuses %j', (content) => {
    expect(() => readJunit(content)).toThrow(Unreadable);
  });
});

describe('readXml', () => {
  it('refuses documents that are nested too deeply', () => {
    expect(() => readXml('<a>'.repeat(1000) + '</a>'.repeat(1000))).toThrow(Unreadable);
  });

  it('returns an element or throws Unreadable, for any input', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('<a>', '</a>', '<b x="', '"', '>', '&lt;', '&x;', '<![CDATA[', ']]>', 'text'),
        ),
        (parts) => {
          try {
            expect(readXml(parts.join('')).name).toBeTruthy();
          } catch (error) {
            expect(error).toBeInstanceOf(Unreadable);
          }
        },
      ),
    );
  });
});

describe('testOf', () => {
  it('reads test and suite from the class', () => {
    expect(testOf(className, 'X')).toEqual({ test: 'X', suite: undefined });
    expect(testOf('Magento\\AcceptanceTest\\_OneSuite\\Backend\\XCest', 'X')).toEqual({
      test: 'X',
      suite: 'OneSuite',
    });
    expect(testOf('XCest', 'X')).toEqual({ test: 'X', suite: undefined });
  });
});

describe('recogniseFault', () => {
  it.each(faultPatterns)('invariant 9: recognises $code by "$sample"', ({ code, sample, step }) => {
    expect(recogniseFault(`before\n${sample}\nafter`, step?.sample)?.code).toBe(code);
  });

  it('takes no quadratic time, whatever the megabytes of a message are', () => {
    // A pattern that did would need hours.
    const parts = ['x', ' ', '\n', 'a b', ...faultPatterns.map(({ sample }) => sample.slice(0, 40))];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(2_000_000 / part.length));
      expect(recogniseFault(text)?.message.length ?? 0).toBeLessThan(400);
    }
  });

  it.each([
    [
      'a command that Magento does not have',
      'Error HTTP response code: 403    Response:Given command not found valid',
    ],
    ['a command that failed', 'Error HTTP response code: 500    Response:There are no commands'],
  ])('recognises no fault in %s', (_, message) => {
    expect(recogniseFault(message, '[flush] magento cli "cache:flush",60')).toBeUndefined();
  });

  it.each([
    ['GENERATED_FILE_MISSING', 'include(/a/b/XCest.php): failed to open stream: No such file or directory'],
    ['DISK_FULL', 'fwrite(): Write of 8192 bytes failed with errno=28 No space left on device'],
    [
      'SELENIUM_UNREACHABLE',
      'Curl error thrown for http POST to /session/1/url with params: {"url":"http://x/"}\n\nFailed to connect to 127.0.0.1 port 4444 after 0 ms: Connection refused',
    ],
    [
      'SELENIUM_FULL',
      'Error forwarding the new session Request timed out waiting for a node to become available.',
    ],
    ['MAGENTO_UNREACHABLE', 'Failed to connect to shop.test port 443 after 3 ms: Connection refused'],
    ['MAGENTO_UNREACHABLE', 'unknown error: net::ERR_NAME_NOT_RESOLVED'],
  ])('recognises %s by %j', (code, text) => {
    expect(recogniseFault(text)?.code).toBe(code);
  });

  it.each([
    'Failed asserting that an array is not empty.',
    'no such element: Unable to locate element: {"method":"css selector","selector":".report-table"}',
    'Error HTTP response code: 400    Response:{"message":"SKU exists"}',
    'Error HTTP response code: 500',
    'stale element reference: element is not attached to the page document',
  ])('leaves what the shop did alone: %j', (text) => {
    expect(recogniseFault(text)).toBeUndefined();
  });

  it('returns the matching line, cut to the maximum length', () => {
    const reason = recogniseFault(
      `first\n  unknown error: net::ERR_CONNECTION_REFUSED  \n${'x'.repeat(999)}`,
    );
    expect(reason?.message).toBe('unknown error: net::ERR_CONNECTION_REFUSED');
    expect(recogniseFault(`${'y'.repeat(999)} No space left on device`)?.message.length).toBeLessThan(400);
  });
});

describe('printableXml', () => {
  it.each([
    ['a\u0001b\ud800c\ufffe', 'a\ufffdb\ufffdc\ufffd'],
    ['&#1;&#x1F;&#xD800;&#x110000;&#4294967296;', '\ufffd\ufffd\ufffd\ufffd\ufffd'],
    ['&#9;&#xA;&#233;&#x1F600; &amp;', '&#9;&#xA;&#233;&#x1F600; &amp;'],
  ])('replaces what XML forbids in %j', (content, expected) => {
    expect(printableXml(content)).toBe(expected);
  });
});
