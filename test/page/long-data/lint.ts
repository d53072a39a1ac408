import { indexDefinitions } from '../../../src/mftf/lint/index-definitions.ts';
import { lintBelow } from '../../../src/mftf/lint/lint.ts';
import type { LintAccess } from '../../../src/mftf/lint/lint-sources.ts';
import type { DefinitionKind } from '../../../src/mftf/lint/outline.ts';
import { readOutline } from '../../../src/mftf/lint/read-outline.ts';
import { lintAccessTo } from '../../support/catalog.ts';
import { testCount } from './catalog.ts';
import { testName } from './names.ts';

const folder = 'app/code/TestModule/Test/Mftf';
const section = 'StorefrontNorthernWarehouseWholesaleCheckoutShippingInformationAndPaymentMethodSection';
const element = 'reviewAndPaymentsStepShippingInformationTotalsTable';

export const longNames = {
  actionGroup:
    'AssertStorefrontNorthernWarehouseWholesaleCustomerOrderTotalsWithStoreCreditAreRightActionGroup',
};

let access: LintAccess | undefined;

/** Definitions with 3,000 tests that use one action group, and 4,200 findings, of which a baseline has most. */
export function longLint(): LintAccess {
  access ??= createAccess();
  return access;
}

function createAccess(): LintAccess {
  const outline = (kind: DefinitionKind, path: string, content: string) =>
    readOutline(kind, `${folder}/${path}`, Buffer.from(content));
  const elements = Array.from(
    { length: 1_200 },
    (_, index) => `<element name="${element}${index}" type="text" selector="#totals-${index}"/>`,
  );
  const tests = Array.from({ length: testCount }, (_, index) => {
    const steps = `<actionGroup ref="${longNames.actionGroup}" stepKey="assertTotals"/>
      <click selector="{{${section}.${element}Missing${index % 3}}}" stepKey="openTotals"/>`;
    const content = `<tests><test name="${testName(index)}">${steps}</test></tests>`;
    return outline('test', `Test/Checkout/${testName(index)}.xml`, content);
  });
  const group = `<actionGroups><actionGroup name="${longNames.actionGroup}">
    <see selector="{{${section}.${element}0}}" stepKey="seeTotals"/></actionGroup></actionGroups>`;
  const index = indexDefinitions([
    ...tests,
    outline('actionGroup', `ActionGroup/${longNames.actionGroup}.xml`, group),
    outline(
      'section',
      `Section/${section}.xml`,
      `<sections><section name="${section}">${elements.join('')}</section></sections>`,
    ),
  ]);
  const { findings } = lintBelow(index, [folder]);
  const fingerprints = findings.slice(12).map(({ fingerprint }) => fingerprint);
  return lintAccessTo(index, [{ fingerprints: [...fingerprints, '0'.repeat(32)] }]);
}
