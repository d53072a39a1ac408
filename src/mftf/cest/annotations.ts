import type { ResolvedTest, XmlElement } from '../resolver/model.ts';

/** The names that Allure has for the severities of MFTF. */
const severities = new Map(
  Object.entries({
    BLOCKER: 'BLOCKER',
    CRITICAL: 'CRITICAL',
    MAJOR: 'NORMAL',
    AVERAGE: 'MINOR',
    MINOR: 'TRIVIAL',
  }),
);

/** The annotations of the class and of the method, as lines of a comment without its stars. */
export interface AnnotationLines {
  ofClass: string[];
  ofMethod: string[];
}

/**
 * `notices`: what MFTF says of deprecated declarations that the test uses. `secrets`: the names of secrets that its description names.
 */
export function annotationLines(
  test: ResolvedTest,
  notices: readonly string[],
  secrets: readonly string[],
): AnnotationLines {
  const lines: AnnotationLines = { ofClass: [], ofMethod: [] };
  const byTag = new Map<string, XmlElement[]>();
  for (const element of test.annotations) {
    const list = byTag.get(element.tag);
    if (list === undefined) byTag.set(element.tag, [element]);
    else list.push(element);
  }
  if (!byTag.has('description')) byTag.set('description', []);
  if (!byTag.has('features')) byTag.set('features', []);
  const firstValue = (tag: string) => byTag.get(tag)?.at(0)?.attributes.value;
  const testCaseId = firstValue('testCaseId')?.trim();
  for (const [tag, elements] of byTag) {
    const value = annotationValue(elements.at(0));
    if (tag === 'title') lines.ofClass.push(`@Title("${testCaseId ?? '[NO TESTCASEID]'}: ${value}")`);
    if (tag === 'description')
      lines.ofClass.push(
        `@Description("${value}${secretList(secrets)}${noticeList(notices)}${secrets.length === 0 ? '' : '\n'}${testFiles(test)}")`,
      );
    if (tag === 'testCaseId') lines.ofClass.push(`@TestCaseId("${value}")`);
    if (tag === 'group')
      for (const element of elements) lines.ofClass.push(`@group ${annotationValue(element)}`);
    if (tag === 'features') lines.ofMethod.push(`@Features({"${test.module ?? value}"})`);
    if (tag === 'stories') {
      lines.ofMethod.push(
        `@Stories({${elements.map((element) => `"${annotationValue(element)}"`).join(', ')}})`,
      );
    }
    if (tag === 'severity')
      lines.ofMethod.push(`@Severity(level = SeverityLevel::${severities.get(value) ?? value})`);
  }
  return lines;
}

function annotationValue(element: XmlElement | undefined): string {
  return (element?.attributes.value ?? '').trim();
}

function secretList(secrets: readonly string[]): string {
  return secrets.length === 0 ? '' : `, \n\nThis test uses the following credentials:\n${secrets.join(',')}`;
}

function noticeList(notices: readonly string[]): string {
  if (notices.length === 0) return '';
  const list = notices.map((notice) => `<li>${notice}</li>`).join('');
  return `<h3 class='y-label y-label_status_broken'>Deprecated Notice(s):</h3><ul>${list}</ul>`;
}

function testFiles(test: ResolvedTest): string {
  return `<h3>Test files</h3>${test.files.join('<br>')}<br>`;
}
