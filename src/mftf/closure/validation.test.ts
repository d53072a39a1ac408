import { expect, test } from 'vitest';
import { schemaRefusal } from './validation.ts';

test('a schema that libxml2 refuses is a fault that names the patch for it', () => {
  const message =
    "mergedActionGroupSchema.xsd: complex type 'actionsRefType': The content model is not determinist.";
  expect(schemaRefusal(`schema\t21308\t${message}`)).toBe(
    `libxml2 2.13.8 in the image refuses a schema of MFTF (${message}). Set MATRE_PATCHES=content-models, see docs/patches.md.`,
  );
});

test.each([
  [undefined],
  ["app/code/A.xml\t3\tElement 'x': This element is not expected."],
  ['schema\t20914\ttypes.xsd: Failed to locate a schema'],
])('%s is no such refusal', (line) => {
  expect(schemaRefusal(line)).toBeUndefined();
});
