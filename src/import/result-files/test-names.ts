import { printable } from '../../mftf/results/text.ts';

/** The class of a test that MFTF generated. */
export const mftfClass = /^\\?Magento\\AcceptanceTest\\_/;

/** A name without control characters and line ends. */
export const oneLine = (name: string) =>
  printable(name)
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
