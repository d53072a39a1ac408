import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The value below which `share` (0 to 1) of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Prints columns: the first aligned left, numbers right. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    console.log(cells.join('  '));
  }
}

/** Writes `bench/results/<name>.json`: the metrics, their conditions, and the kind of machine. */
export async function writeResults(
  name: string,
  results: { metrics: Record<string, number>; [detail: string]: unknown },
): Promise<void> {
  const folder = new URL('../results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  const machine = { cpus: cpus().length, load: loadavg().map(roundFigures), node: process.version };
  const text = JSON.stringify({ ...results, machine }, (_, value) => roundFigures(value), 2);
  await writeFile(fileURLToPath(new URL(`${name}.json`, folder)), `${text}\n`);
}

/** Rounds to four digits; more would exceed the precision of the measurement. */
function roundFigures<T>(value: T): T | number {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
