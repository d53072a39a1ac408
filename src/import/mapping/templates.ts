import type { PhpTemplate } from '../records.ts';
import type { Mapped } from './item.ts';

/** The outcomes of templates, by their names there. */
const outcomes: Readonly<Record<string, string>> = {
  test_run_completed_success: 'passed',
  test_run_completed_failures: 'failed',
  test_run_failed: 'broken',
  test_run_cancelled: 'cancelled',
};

const channelKinds: Readonly<Record<string, string>> = { slack: 'slack-webhook', email: 'email' };

/**
 * The values of templates, by their names there. A message there is about one run; here it is about a submission, which has one run for
 * each environment.
 */
const values: Readonly<Record<string, string>> = {
  run_id: 'submission.id',
  run_status: 'submission.verdict | capitalize',
  environment_name: 'runs | map: "environment" | join: ", "',
  environment_code: 'runs | map: "environment" | join: ", "',
  duration: 'runs[0].durationMs | duration',
  triggered_by: 'submission.requestedBy',
  test_filter: 'submission.name',
  passed_count: 'submission.counts.passed',
  failed_count: 'submission.counts.failed',
  broken_count: 'submission.counts.broken',
  skipped_count: 'submission.counts.skipped',
  total_count: 'submission.counts.planned',
  error_message: 'brokenRuns[0].reason.message',
  allure_report_url: 'submission.url',
};

/** Conditions there, and what they are here. */
const conditions: Readonly<Record<string, string>> = {
  has_failures: 'submission.counts.failed > 0',
  has_filter: 'submission.name',
  has_error: 'brokenRuns.size > 0',
  'total_count > 0': 'submission.counts.planned > 0',
  allure_report_url: 'submission.url',
};

/** Templates that were changed there; the others have their counterparts among the defaults here. */
export function mapTemplates(templates: readonly PhpTemplate[], siteName: string): Mapped {
  const mapped: Mapped = { items: [], leftovers: [] };
  for (const template of templates) {
    const { id, channel, name, active } = template;
    const there = `${channel} ${name}`;
    const leave = (reason: string) => mapped.leftovers.push({ kind: 'template', name: there, reason });
    const outcome = outcomes[name];
    const kind = channelKinds[channel];
    if (outcome === undefined || kind === undefined) leave('messages of this kind have no template here');
    else if (template.untouched) leave('it is the default there; here the default of matre is used');
    else if (!active) leave('it is switched off there');
    else {
      const unknown: string[] = [];
      const source = convert(template, siteName, unknown);
      if (unknown.length > 0) leave(`it uses what matre does not have: ${[...new Set(unknown)].join(', ')}`);
      else {
        const notes = ['it is about a submission here: look at its preview'];
        const here = `${kind} ${outcome}`;
        mapped.items.push({ kind: 'template', sourceId: String(id), there, here, fields: { source }, notes });
      }
    }
  }
  return mapped;
}

function convert({ channel, subject, body }: PhpTemplate, siteName: string, unknown: string[]): string {
  const text = channel === 'email' ? `${subject}\n${textOfHtml(body)}` : body;
  // Links of Slack, which escape what is in them here.
  const withLinks = text.replace(
    /<\{\{\s*allure_report_url\s*\}\}\|([^<>{}|]{1,200})>/g,
    '{{ "$1" | link: submission.url }}',
  );
  return withLinks
    .replace(/\{%-?\s*(if\s+([^%]{1,100}?)|endif)\s*-?%\}/g, (_, tag: string, condition?: string) => {
      if (condition === undefined) return `{% ${tag} %}`;
      const own = conditions[condition.trim()] ?? (values[condition.trim()] && condition.trim());
      if (own === undefined) unknown.push(condition.trim());
      return `{% if ${own ?? 'false'} %}`;
    })
    .replace(/\{\{\s*(\w{1,60})\s*\}\}/g, (_, name: string) => counterpartOf(name, siteName, unknown))
    .replace(/[ \t]+$/gm, '')
    .replace(/^[ \t]+/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

function counterpartOf(name: string, siteName: string, unknown: string[]): string {
  if (name === 'site_name') return siteName.replace(/[{}%]/g, '');
  if (name === 'test_type') return 'MFTF';
  // Messages show the status themselves.
  if (name === 'status_emoji' || name === 'status_color') return '';
  const value = values[name];
  if (value === undefined) unknown.push(name);
  return `{{ ${value ?? '""'} }}`;
}

const blockEnds = /<\/(?:p|div|h[1-6]|tr|li|table|ul|ol|pre)>|<br\s{0,9}\/?>|<hr[^<>]{0,500}>/gi;
const entities: Readonly<Record<string, string>> = {
  ...{ '&nbsp;': ' ', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' },
};

/** The text of a mail, because mails have the layout of matre here. */
function textOfHtml(html: string): string {
  return html
    .replace(/<(style|script|head)\b[^<>]{0,500}>[\s\S]*?<\/\1>/gi, '')
    .replace(
      /<a\s[^<>]{0,500}?href="\{\{\s*allure_report_url\s*\}\}"[^<>]{0,500}>([^<>{}]{1,200})<\/a>/gi,
      '<{{ allure_report_url }}|$1>',
    )
    .replace(/<\/t[dh]>\s*(?=<t[dh])/gi, ': ')
    .replace(blockEnds, '\n')
    .replace(/<\/?[a-z][^<>{}|]{0,1000}>/gi, '')
    .replace(/&(?:nbsp|lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity);
}
