/**
 * Whether a text is a class name in PHP; MFTF refuses other names for tests and suites. PHP allows more than ASCII, matre does not,
 * because the name becomes part of file names and arguments.
 */
export function isClassName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** The name of the generated file of a test. */
export function cestFile(test: string): string {
  return `${cestClass(test)}.php`;
}

/** The name of the generated class of a test: `XCest` for `X`, and for `XCest` too. */
export function cestClass(test: string): string {
  return /.Cest$/.test(test) ? test : `${test}Cest`;
}
