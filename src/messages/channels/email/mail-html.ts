import type { MessageFacts } from '../../../model/message-facts.ts';
import { shortCommit } from '../../../model/short-commit.ts';
import { escapeValue } from '../../templates/escape.ts';
import type { MessageLink } from '../layout/links.ts';
import type { MessageStatus } from '../layout/status.ts';
import { dark, light, type Style, styleOf } from './mail-style.ts';

/** What a mail shows, in its order. */
export interface MailContent {
  status: MessageStatus | undefined;
  /** As HTML. */
  headline: string;
  /** Of the body, as HTML; a bullet begins an item of a list. */
  lines: readonly string[];
  links: readonly MessageLink[];
  facts: MessageFacts;
  /** The content id of a picture of the first failure. */
  picture: string | undefined;
}

/**
 * A mail as HTML: tables and inline styles for old mail programs, and a style sheet for dark schemes and narrow windows where it is
 * understood. Nothing is loaded from elsewhere.
 */
export function mailHtml({ status, headline, lines, links, facts, picture }: MailContent): string {
  const rows = [
    status && `<p ${styleOf('status')}>${badge(status)}</p>`,
    `<h1 ${styleOf('headline')}>${safeHtml(headline)}</h1>`,
    ...detailsOf(facts),
    ...bodyOf(lines),
    picture && pictureOf(facts, picture),
    links.length > 0 && `<p ${styleOf('buttons')}>${links.map(button).join(' ')}</p>`,
  ];
  const content = rows.filter((row) => typeof row === 'string').join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${escapeHtml(facts.headline)}</title>
<style>
${styleSheet}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:${light.page}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${light.page}">
<tr><td class="outer" role="main" align="center" style="padding:24px 12px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;background:${light.card};border:1px solid ${light.border};border-radius:8px">
<tr><td class="inner" style="padding:24px;text-align:left">
${content}
</td></tr>
</table>
<p ${styleOf('footer')}>Sent by matre, because a rule or a subscription asks for it.</p>
</td></tr>
</table>
</body>
</html>
`;
}

/** In dark schemes only colours change; narrow windows get smaller margins. */
const styleSheet = `:root { color-scheme: light dark; }
a { overflow-wrap: anywhere; }
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .inner { padding: 16px !important; }
  .button { display: block !important; text-align: center !important; margin: 0 0 8px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: ${dark.page} !important; }
  .card { background: ${dark.card} !important; border-color: ${dark.border} !important; }
  .headline, .line, .cell { color: ${dark.text} !important; }
  .label, .footer, .caption { color: ${dark.faint} !important; }
  .cell, .label { border-color: ${dark.border} !important; }
  .line a, .cell a, .headline a { color: ${dark.link} !important; }
  .good { background: ${dark.good} !important; }
  .bad { background: ${dark.bad} !important; }
  .warning { background: ${dark.warning} !important; }
  .neutral { background: ${dark.neutral} !important; }
  .badge { color: ${dark.badge} !important; }
  .button { color: ${dark.link} !important; border-color: ${dark.link} !important; }
  .picture { border-color: ${dark.border} !important; }
}`;

function badge({ word, tone }: MessageStatus): string {
  const colours = `background:${light[tone]};color:${light.badge}`;
  return `<span class="badge ${tone}" style="${colours};border-radius:4px;padding:3px 10px;font-weight:600">${escapeHtml(word)}</span>`;
}

function button({ label, url }: MessageLink): string {
  const style = `display:inline-block;border:1px solid ${light.link};border-radius:6px;color:${light.link};padding:9px 16px;margin:0 8px 8px 0;text-decoration:none;font-weight:600`;
  return `<a class="button" href="${escapeHtml(url)}" style="${style}">${escapeHtml(label)}</a>`;
}

/** A table of what a submission is for; its template has the results. */
function detailsOf(facts: MessageFacts): string[] {
  if (facts.kind !== 'submission') return [];
  const { commit, branch, requestedBy } = facts.submission;
  const fields: [string, string][] = [['Requested by', escapeHtml(requestedBy)]];
  if (commit) {
    const at = branch === null ? '' : ` on ${escapeHtml(branch)}`;
    fields.push([
      'Commit',
      `<code>${escapeHtml(shortCommit(commit.id))}</code>${at}: ${escapeHtml(commit.subject)}`,
    ]);
  }
  const rows = fields.map(
    ([label, value]) => `<tr><td ${styleOf('label')}>${label}</td><td ${styleOf('cell')}>${value}</td></tr>`,
  );
  return [
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;border-collapse:collapse">',
    ...rows,
    '</table>',
  ];
}

/** The lines of the body: those that begin with a bullet are a list, others paragraphs. */
function bodyOf(lines: readonly string[]): string[] {
  return lines.map((line) => {
    // Templates end lines of HTML with <br>.
    const text = line.trim().replace(/ *<br ?\/?>$/, '');
    if (text === '') return `<p style="margin:0;font-size:8px;line-height:8px">&nbsp;</p>`;
    const [, item] = /^(?:•|-|&bull;|&#8226;)\s+(.*)$/s.exec(text) ?? [];
    if (item === undefined) return paragraph('line', safeHtml(text));
    return `<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr><td ${styleOf('bullet')}>&bull;</td><td ${styleOf('item')}>${withLinks(safeHtml(item))}</td></tr></table>`;
  });
}

const paragraph = (style: Style, html: string) => `<p ${styleOf(style)}>${withLinks(html)}</p>`;

const withLinks = (html: string) => html.replaceAll('<a href=', `<a style="color:${light.link}" href=`);

function pictureOf(facts: MessageFacts, cid: string): string | undefined {
  if (facts.kind !== 'submission' || facts.firstFailure === null) return undefined;
  const { test, environment, url } = facts.firstFailure;
  const alt = escapeHtml(`The browser when ${test} failed on ${environment}`);
  const image = `<img class="picture" src="cid:${cid}" alt="${alt}" width="590" style="display:block;width:100%;max-width:590px;height:auto;box-sizing:border-box;border:1px solid ${light.border};border-radius:4px">`;
  const linked = url === null ? image : `<a href="${escapeHtml(url)}">${image}</a>`;
  return `<p ${styleOf('caption')}>${alt}:</p>\n${linked}\n<p style="margin:0;font-size:12px;line-height:12px">&nbsp;</p>`;
}

const escapeHtml = (text: string) => escapeValue('html', text);

const allowedTag = /^<(?:\/?(?:b|i|strong|em|code)|br ?\/?|\/a|a href="https?:[^"<>]*")>$/;

/** The HTML of a template with the tags that templates make; a template may have others in its own words, which are shown as text. */
function safeHtml(html: string): string {
  return html.replace(/<[^<>]*>?|>/g, (tag) => (allowedTag.test(tag) ? tag : escapeHtml(tag)));
}
