const units = ['B', 'KiB', 'MiB', 'GiB'];

/**
 * Bytes as text: `0 B`, `88 MiB`, `1.5 GiB`, in powers of 1024, like the settings. Rounds down, so that what is below a limit does not
 * look like the limit.
 */
export function formatBytes(bytes: number): string {
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const amount = bytes / 1024 ** power;
  return `${amount < 10 && power > 0 ? Math.floor(amount * 10) / 10 : Math.floor(amount)} ${units[power]}`;
}
