import { readFileSync } from 'node:fs';
import type { BundledPatchName } from '../../model/patch.ts';
import { PatchMisfit } from './patch-misfit.ts';
import { frameworkFolder } from './patch-path.ts';

/** A patch that comes with matre: it changes one file. */
export interface BundledPatch {
  /** Relative to the Magento root. */
  path: string;
  /** The content with the patch; `undefined` when it needs none. Characters are bytes (latin1). Throws a misfit. */
  change(content: string): string | undefined;
}

const sources = `${frameworkFolder}/src/Magento/FunctionalTestingFramework`;

/**
 * They find their place by names instead of by the lines around it, as a diff does: so each of them fits all versions of MFTF
 * (3.0 to 6.0.1), and none of its text is here.
 */
export const bundledPatches: Record<BundledPatchName, BundledPatch> = {
  'visible-element': { path: `${sources}/Module/MagentoWebDriver.php`, change: addMembers },
  'content-models': { path: `${sources}/Test/etc/Actions/customActions.xsd`, change: requireReturn },
};

const trait = readFileSync(new URL('./visible-element.php', import.meta.url), 'latin1');
const members = trait.slice(trait.indexOf('\n{\n') + '\n{\n'.length, trait.lastIndexOf('}'));
const memberNames = [...members.matchAll(/ function (\w+)\(/g)].map(([, name = '']) => name);
const driverClass = /^(?:final )?class MagentoWebDriver extends \\?(?:\w+\\)*WebDriver\s{0,10}\{\n?/m;

/** Adds members to the driver of MFTF, which override those of Codeception. */
function addMembers(content: string): string {
  const match = driverClass.exec(content);
  if (!match) throw new PatchMisfit('it has no class MagentoWebDriver that extends WebDriver');
  const existing = memberNames.find((name) => content.includes(`function ${name}(`));
  if (existing !== undefined) throw new PatchMisfit(`its class has a method ${existing}`);
  const end = match.index + match[0].length;
  return `${content.slice(0, end)}${members}${content.slice(end)}`;
}

const returnElement = /<xs:element\b[^<>]{0,500}\bname="return"[^<>]{0,500}>/;

/**
 * Action groups end with `(A*, (return?, A*)?)`: an A after the first ones belongs to either A*, which libxml2 refuses from 2.12 on
 * ("The content model is not determinist"). With a `return` that must be there, the same files are valid, in one way only.
 */
function requireReturn(content: string): string | undefined {
  const match = returnElement.exec(content);
  // In MFTF 3.0 action groups return nothing.
  if (!match) return undefined;
  const [element] = match;
  const required = element.replace(/\bminOccurs="0"/, 'minOccurs="1"');
  if (required === element) return undefined;
  return content.slice(0, match.index) + required + content.slice(match.index + element.length);
}
