import { join } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { exists } from '../files/exists.ts';
import type { Redactor } from '../mftf/redaction/redactor.ts';
import { fetchOutput, type LeftOut, outputLimits } from '../mftf/run/output.ts';
import { currentFile, reportFile, resultFile, resultFolder } from './report-lines.ts';

/** How many results one command in the container is asked for. */
const batchSize = 20;

/** Copies what the reporter wrote in a container to a folder on this host, each result once. */
export interface ReportCopy {
  /** Copies the name of the current test and the results that are new, with what they attach. Errors: those of `fetchOutput`. */
  addResults(): Promise<{ count: number; leftOut: LeftOut[] }>;
  /** Copies the lines of the report, which is complete when its command has ended. Errors: those of `fetchOutput`. */
  addLines(): Promise<LeftOut[]>;
}

export function createReportCopy(
  { engine, containerId, output }: { engine: Engine; containerId: string; output: string },
  folder: string,
  redactor: Redactor,
): ReportCopy {
  const fetch = (paths: string[]) =>
    fetchOutput(engine, containerId, output, folder, redactor, {
      ...outputLimits,
      paths,
      essentialPaths: [],
    });
  let next = 1;
  return {
    async addResults() {
      const leftOut: LeftOut[] = [];
      const first = next;
      for (;;) {
        const numbers = Array.from({ length: batchSize }, (_, index) => next + index);
        const more = await fetch([currentFile, ...numbers.map(resultFolder)]);
        leftOut.push(...more);
        // The results count also when their files are too much.
        if (more.length > 0) await fetch(numbers.map(resultFile));
        const end = next + batchSize;
        while (next < end && (await exists(join(folder, resultFile(next))))) next += 1;
        if (next < end) return { count: next - first, leftOut };
      }
    },
    addLines: () => fetch([reportFile]),
  };
}
