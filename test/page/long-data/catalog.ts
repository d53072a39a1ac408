import { readCatalog } from '../../../src/mftf/catalog/catalog.ts';
import type { CatalogAccess } from '../../../src/mftf/catalog/catalogs.ts';
import { accessTo } from '../../support/catalog.ts';
import { groups, suites, testName } from './names.ts';

/** How many tests have results, and are in the catalog. */
export const testCount = 3000;

/** A catalog with all tests, in this thread. MFTF allows one test or suite per file. */
export async function longCatalog(): Promise<CatalogAccess> {
  const folder = 'app/code/TestModule/Test/Mftf';
  const file = (path: string, content: string) => ({
    path: `${folder}/${path}`,
    content: Buffer.from(content),
  });
  const tests = Array.from({ length: testCount }, (_, index) =>
    file(`Test/Number${index}Test.xml`, `<tests>${testElement(index)}</tests>`),
  );
  const included = (suite: number) =>
    Array.from({ length: 6 }, (_, index) => `<test name="${testName(suite * 6 + index)}"/>`).join('');
  const suiteFiles = suites.map((name, index) =>
    file(
      `Suite/${name}.xml`,
      `<suites><suite name="${name}"><include>${included(index)}</include></suite></suites>`,
    ),
  );
  return accessTo(await readCatalog([{ root: '', files: [...tests, ...suiteFiles] }]));
}

function testElement(index: number): string {
  const title =
    index % 4 === 0
      ? `Totals stay right ${'when the customer goes back and forth '.repeat(3)}`
      : `Test ${index}`;
  const names = groups.filter((_, nth) => index % (nth + 3) === 0 || index === 0);
  const groupElements = names.map((name) => `<group value="${name}"/>`).join('');
  const skip =
    index % 97 === 4
      ? '<skip><issueId value="TICKET-48213 waits for the next release of the shop"/></skip>'
      : '';
  return `<test name="${testName(index)}"><annotations><title value="${title}"/><severity value="MAJOR"/>
    ${groupElements}${skip}</annotations></test>`;
}
