/**
 * Whether PHP takes a text as the name of a class; MFTF refuses other names for tests and suites. It takes more than
 * ASCII, we do not: the name becomes part of file names and arguments.
 */
export function isClassName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

/** The name of the file that MFTF generates for a test. */
export function cestFile(test: string): string {
  return `${cestClass(test)}.php`;
}

/** The name of the class that MFTF generates for a test: `XCest` of `X`, and of `XCest` too. */
export function cestClass(test: string): string {
  return /.Cest$/.test(test) ? test : `${test}Cest`;
}
