import { expect, it } from 'vitest';
import { placesInModule } from './test-places.ts';

it('has the places of tests of the module, below its root', () => {
  const sources = [
    { test: 'A', path: 'app/code/Acme/Tests/Test/Mftf/Test/A.xml', line: 3 },
    { test: 'B', path: 'vendor/magento/module-cms/Test/Mftf/Test/B.xml', line: 4 },
    { test: 'C', path: 'app/code/Acme/TestsOfOthers/C.xml', line: 5 },
  ];
  expect(placesInModule(sources, 'app/code/Acme/Tests')).toEqual([
    { test: 'A', path: 'Test/Mftf/Test/A.xml', line: 3 },
  ]);
});
