import type { ShownStep } from '../../../src/mftf/steps/test-steps.ts';
import type { ResolvedSteps } from '../../../src/operations/core/context.ts';
import { longVariable, longVariables } from './database.ts';
import { longNames } from './lint.ts';

const folder = 'app/code/TestModule/Test/Mftf';
const section = 'StorefrontNorthernWarehouseWholesaleCheckoutShippingInformationAndPaymentMethodSection';

/** As many steps as the longest test of Magento 2.4.4 has. */
const stepCount = 974;

/** A test with long names, most of its steps in action groups, and values of an environment. */
export function longSteps(test: string): Pick<ResolvedSteps, 'steps' | 'values'> {
  const steps = Array.from({ length: stepCount }, (_, index) => longStep(index));
  const origin = { file: `${folder}/Test/Checkout/${test}.xml`, line: 12 };
  return {
    steps: {
      ...{ origin, extends: `${test}Parent`, skipped: false },
      ...{ before: steps.slice(0, 40), steps: steps.slice(40, 940), after: steps.slice(940) },
    },
    values: {
      layers: longVariables().map(({ name, value, secret }, index) => ({
        ...{ name, secret, value: secret ? undefined : value, overrides: [] },
        from: index % 2 === 0 || secret ? 'environment' : 'module',
      })),
    },
  };
}

function longStep(index: number): ShownStep {
  const call = Math.floor(index / 7);
  const element = 'reviewAndPaymentsStepShippingInformationTotalsTable';
  const selector = `//div[contains(@class, 'checkout-shipping-information-and-payment-${index}')]//table/tbody/tr[2]`;
  return {
    stepKey: `assertTotalsOfTheCustomerOrderWithStoreCredit${index}`,
    action: index % 3 === 0 ? 'waitForElementVisible' : 'fillField',
    text: `selector="{{${section}.${element}}}"`,
    fields: [
      {
        ...{ name: 'selector', parts: [selector] },
        references: [
          {
            name: `${section}.${element}`,
            origin: { file: `${folder}/Section/${section}.xml`, line: index + 3 },
          },
        ],
      },
      {
        name: 'userInput',
        parts: [
          { kind: 'env', name: longVariable.name },
          ' and ',
          { kind: 'secret', name: `magento/${longVariable.name}_PASSWORD` },
          { kind: 'created', name: `createCustomerWithStoreCredit.extension_attributes_${index}` },
        ],
        references: [],
      },
    ],
    origin: { file: `${folder}/ActionGroup/${longNames.actionGroup}.xml`, line: index + 5 },
    call:
      call % 4 === 3
        ? null
        : {
            ...{ actionGroup: longNames.actionGroup, stepKey: `assertTotalsWithStoreCredit${call}` },
            origin: { file: `${folder}/Test/Checkout/Test.xml`, line: call + 9 },
          },
  };
}
