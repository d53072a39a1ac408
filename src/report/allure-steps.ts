import type { Status, Step } from '../model/result.ts';
import type { ResultPlace } from '../model/result-place.ts';
import { type AllureFile, allureFiles } from './allure-files.ts';
import { plainText } from './xml.ts';

/** A step in a result file of Allure 2. Times in milliseconds since 1970. */
export interface AllureStep {
  name: string;
  status: Status;
  start: number;
  stop: number;
  /** Where the step that failed is declared, as far as that is known. */
  parameters: { name: string; value: string }[];
  attachments: AllureFile[];
  steps: AllureStep[];
}

interface StepsOptions {
  /** Of the result. */
  uuid: string;
  startedAt: Date;
  /** Where the failure comes from. */
  place?: ResultPlace | undefined;
}

/** The steps of a result for Allure; those without a time follow each other. MFTF begins the title of a step with its key. */
export function allureSteps(steps: readonly Step[], { uuid, startedAt, place }: StepsOptions): AllureStep[] {
  const failed = place?.step;
  const parametersOf = ({ name, status }: Step): AllureStep['parameters'] => {
    if (failed === undefined || status === 'passed' || status === 'skipped') return [];
    if (name.startsWith(`[${failed.stepKey}]`)) return [sourceOf(failed)];
    return failed.call && name.startsWith(`[${failed.call.stepKey}]`) ? [sourceOf(failed.call)] : [];
  };
  const convert = (list: readonly Step[], from: number): AllureStep[] => {
    let start = from;
    return list.map((step) => {
      const { name, status, startedAt: begin = start, durationMs, attachments, steps } = step;
      const converted = {
        name: plainText(name),
        status,
        start: begin,
        stop: begin + durationMs,
        parameters: parametersOf(step),
        attachments: allureFiles(uuid, attachments),
        steps: convert(steps, begin),
      };
      start = converted.stop;
      return converted;
    });
  };
  return convert(steps, startedAt.getTime());
}

const sourceOf = ({ file, line }: { file: string; line: number }) => ({
  name: 'source',
  value: `${plainText(file)}:${line}`,
});
