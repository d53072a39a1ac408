/** Whether a text is a pattern: `*` stands for any characters, `?` for one. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/** Whether a pattern matches every text that is not empty: `*`, `**`, `?*`. */
export function matchesEverything(pattern: string): boolean {
  return /^[*?]*\*[*?]*$/.test(pattern) && pattern.replaceAll('*', '').length <= 1;
}

/**
 * A function that returns whether a whole text matches a pattern, case-sensitively. `*` stands for any characters, also none, `?` for
 * exactly one; there are no other special characters. It never backtracks beyond the last `*`: the steps are at most the length of the
 * text times that of the longest part between two `*`.
 */
export function createGlobMatcher(pattern: string): (text: string) => boolean {
  const symbols = [...pattern.replace(/\*+/g, '*')];
  const prefix = symbols.slice(0, symbols.findIndex(isGlob)).join('');
  return (text) =>
    isGlob(pattern) ? text.startsWith(prefix) && matches(symbols, [...text]) : text === pattern;
}

function matches(symbols: readonly string[], text: readonly string[]): boolean {
  let symbol = 0;
  /** The symbol after the last `*`, and the character at which what follows it is tried. */
  let retry: { symbol: number; at: number } | undefined;
  for (let at = 0; at < text.length; ) {
    if (symbols[symbol] === '*') {
      symbol += 1;
      retry = { symbol, at };
    } else if (symbol < symbols.length && (symbols[symbol] === '?' || symbols[symbol] === text[at])) {
      symbol += 1;
      at += 1;
    } else if (retry !== undefined) {
      // The last `*` takes one more character. Earlier ones need not: what follows them matched as early as possible.
      retry.at += 1;
      symbol = retry.symbol;
      at = retry.at;
    } else {
      return false;
    }
  }
  while (symbols[symbol] === '*') symbol += 1;
  return symbol === symbols.length;
}
