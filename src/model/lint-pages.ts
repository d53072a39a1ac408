import type { FindingsPage, LintFinding, LintResult } from './lint.ts';

/**
 * All findings of a check, page by page. A commit that arrives in between makes it start again; `isSame` says whether two pages are of
 * the same one.
 */
export async function collectFindings<
  Page extends Pick<FindingsPage, 'files' | 'treeFiles' | 'findings' | 'more'>,
>(
  fetchPage: (offset: number) => Promise<Page>,
  isSame: (page: Page, first: Page) => boolean = () => true,
): Promise<LintResult> {
  let first = await fetchPage(0);
  let findings: LintFinding[] = [];
  for (let page = first; ; page = await fetchPage(findings.length)) {
    if (!isSame(page, first)) {
      findings = [];
      page = await fetchPage(0);
      first = page;
    }
    for (const { inBaseline: _, ...finding } of page.findings) findings.push(finding);
    if (page.more === 0) return { files: page.files, treeFiles: page.treeFiles, findings };
  }
}
