/** Addresses of the page of a server at `url`. */

export const submissionLink = (url: string, id: number) => `${url}/submissions/${id}`;

export const runLink = (url: string, id: number) => `${url}/runs/${id}`;

/** The test in the page of its run, with its steps open. */
export function testLink(url: string, id: number, test: { test: string; suite: string | null }): string {
  return `${runLink(url, id)}?test=${encodeURIComponent(fullName(test))}&panel=steps`;
}

/** A file of a run. */
export function fileLink(url: string, id: number, path: string): string {
  return `${url}/api/runs/${id}/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
}

/** The unique name of a test in a run, as `matre run --test` takes it. */
export const fullName = ({ test, suite }: { test: string; suite: string | null }) =>
  suite === null ? test : `${suite}:${test}`;

/** Beside the page of a report of Allure: an archive of all its files. */
export const allureArchiveName = 'report.tar';
