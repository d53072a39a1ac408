import { z } from 'zod';
import type { StepLine } from '../../mftf/steps/test-steps.ts';

const origin = {
  file: z.string().describe('Below the root of Magento, where the test module is mounted'),
  line: z.number(),
};

/** A step on one line, as it is compared between commits. */
export const stepView = z.object({
  stepKey: z.string().nullable().describe('As in the results of a run; null for a comment'),
  action: z.string().describe('What MFTF does, such as click'),
  text: z
    .string()
    .describe('Its attributes, with references to data, elements and pages resolved where these differ'),
  ...origin,
  call: z
    .object({ actionGroup: z.string(), stepKey: z.string(), ...origin })
    .nullable()
    .describe('The call of the action group that the step comes from'),
});
export type StepView = z.output<typeof stepView>;

export function viewStep({ stepKey, action, text, origin, call }: StepLine): StepView {
  return {
    ...{ stepKey, action, text },
    ...origin,
    call: call && { actionGroup: call.actionGroup, stepKey: call.stepKey, ...call.origin },
  };
}
