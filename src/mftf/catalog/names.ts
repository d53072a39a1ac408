/** A letter, digit or underscore of PHP, which also takes every character beyond ASCII for a letter. */
const nameCharacter = '[A-Za-z0-9_\\x7f-\\u{10ffff}]';
const className = new RegExp(`^(?![0-9])${nameCharacter}+$`, 'u');

/** Whether a text is a class name in PHP; MFTF refuses other names for tests and suites. */
export function isClassName(text: string): boolean {
  return className.test(text);
}

/** The longest name of a file on Linux, in bytes. */
const maxFileName = 255;

/** Whether files can be named after a test or a suite: MFTF writes `XCest.php` for the one and `X.php` for the other. */
export function isFileName(text: string): boolean {
  return Buffer.byteLength(cestFile(text)) <= maxFileName;
}

/** The name of the generated file of a test. */
export function cestFile(test: string): string {
  return `${cestClass(test)}.php`;
}

/** The name of the generated class of a test: `XCest` for `X`, and for `XCest` too. */
export function cestClass(test: string): string {
  return /.Cest$/.test(test) ? test : `${test}Cest`;
}
