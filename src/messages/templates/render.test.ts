import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SubmissionFacts } from '../../model/message-facts.ts';
import { templateOutcomes } from '../../model/template-outcome.ts';
import { defaultTemplates } from './defaults.ts';
import { escapeValue, type Markup } from './escape.ts';
import { outcomeOf } from './outcome.ts';
import { checkTemplate, renderMessage, renderWith } from './render.ts';
import { sampleFacts } from './samples.ts';

const markups: Markup[] = ['mrkdwn', 'markdown', 'chat', 'html', 'json'];
const facts = sampleFacts('failed') as SubmissionFacts;
const render = (source: string, markup: Markup = 'mrkdwn') =>
  renderWith(source, { facts, markup, strict: false });
const check = (source: string) => () => checkTemplate(source, { outcome: 'failed', markup: 'mrkdwn' });
const named = (name: string): SubmissionFacts => ({
  ...facts,
  submission: { ...facts.submission, name },
});

describe('the default templates', () => {
  it.each(templateOutcomes)(
    'of %s name only what there is, begin with the headline and are short',
    (outcome) => {
      for (const markup of markups) {
        expect(() => checkTemplate(defaultTemplates[outcome], { outcome, markup })).not.toThrow();
        const sample = sampleFacts(outcome);
        const purpose = outcome === 'failures' ? 'reply' : 'post';
        expect(outcomeOf(sample, purpose)).toBe(outcome);
        const { headline, body, text } = renderMessage({ facts: sample, purpose, markup, source: undefined });
        if (outcome !== 'failures') expect(text.startsWith(sample.headline)).toBe(true);
        expect(headline).not.toContain('\n');
        expect(`${headline}${body}`.length).toBeLessThan(3_000);
        expect(body).not.toMatch(/\n{3}/);
      }
    },
  );

  it('tell a failed night in the markup of each channel', () => {
    const of = (markup: Markup) => {
      const { headline, body } = renderMessage({ facts, purpose: 'post', markup, source: undefined });
      return `${headline}\n${body}`;
    };
    expect(of('mrkdwn')).toBe(
      [
        'nightly on preprod-us: 3 new failures, 1 fixed, 12 known, 1 in quarantine (run 471, 1 h 12 min)',
        '• *New*: <https://matre.example.com/runs/471?test=CheckoutSuite%3AStorefrontBundlePriceTest&amp;panel=steps|StorefrontBundlePriceTest>: Failed asserting that two strings are equal. Expected 47,19 €, actual 39,00 €.',
        '• Known, in quarantine: <https://matre.example.com/runs/471?test=StorefrontGuestCartTest&amp;panel=steps|StorefrontGuestCartTest>: Element "#minicart" is not visible after 30 s.',
        '• 13 failures that are not listed here',
        '',
        '583 passed, 15 failed, 2 skipped',
        '',
        'Since the submission before:',
        '• `4f1c0de2` Price of bundles (Ann)',
      ].join('\n'),
    );
    expect(of('markdown')).toContain(
      '- **New**: [StorefrontBundlePriceTest](https://matre.example.com/runs/471?test=CheckoutSuite%3AStorefrontBundlePriceTest&panel=steps): ',
    );
    expect(of('markdown')).toContain('Element "\\#minicart" is not visible');
    expect(of('html')).toContain('<b>New</b>: <a href="https://matre.example.com/runs/471?test=');
    expect(of('html')).toContain('Element &quot;#minicart&quot; is not visible after 30 s.<br>\n');
    expect(of('json')).toContain('• Known, in quarantine: StorefrontGuestCartTest: Element "#minicart"');
  });

  it('say which environment of several has a failure', () => {
    const [run] = facts.runs;
    const two = {
      ...facts,
      run: null,
      runs: [run, { ...run, id: 472, environment: 'preprod-es' }],
    } as SubmissionFacts;
    const { text } = renderMessage({ facts: two, purpose: 'post', markup: 'json', source: undefined });
    expect(text).toContain('StorefrontBundlePriceTest');
    expect(text).toContain(' on preprod-es: Failed asserting');
  });
});

describe('escaping', () => {
  it.each<[Markup, string, string]>([
    ['mrkdwn', '<!channel> & <@U12|x>', '&lt;!channel&gt; &amp; &lt;@\u200bU12|x&gt;'],
    ['mrkdwn', '一@channel', '一@\u200bchannel'],
    ['mrkdwn', 'a\nb\u202e', 'a\\u000ab\\u202e'],
    ['mrkdwn', '@here, ann@example.com', '@\u200bhere, ann@example.com'],
    [
      'markdown',
      '[x](https://a) *b* `c` <at>d</at>',
      '\\[x\\](https://a) \\*b\\* \\`c\\` \\<at\\>d\\</at\\>',
    ],
    ['markdown', '@all fixes #12, !34', '@\u200ball fixes \\#\u200b12, \\!\u200b34'],
    ['html', `<b onclick="x('y')">&`, '&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;'],
    ['chat', '<a href="x">', '&lt;a href=&quot;x&quot;&gt;'],
    ['json', '<b> & @all', '<b> & @all'],
  ])('in %s makes text of %s', (markup, value, escaped) => {
    expect(renderWith('{{ submission.name }}', { facts: named(value), markup, strict: true }).headline).toBe(
      escaped,
    );
  });

  it('leaves no value as markup, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom<Markup>('mrkdwn', 'html', 'chat'),
        (value, markup) => {
          const escaped = escapeValue(markup, value);
          expect(escaped).not.toMatch(/[<>]/);
          expect(escaped).not.toMatch(/&(?!amp;|lt;|gt;|quot;|#39;)/);
        },
      ),
    );
  });

  it('makes links of web addresses only', () => {
    const link = (url: string, markup: Markup) =>
      render(`{% assign url = ${JSON.stringify(url)} %}{{ "a>b" | link: url }}`, markup).headline;
    expect(link('https://example.com/a b|c>d', 'mrkdwn')).toBe('<https://example.com/a%20b%7Cc%3Ed|a&gt;b>');
    expect(link('https://example.com/(x)', 'markdown')).toBe('[a\\>b](https://example.com/%28x%29)');
    expect(link("https://example.com/'x'", 'html')).toBe('<a href="https://example.com/%27x%27">a&gt;b</a>');
    for (const markup of markups)
      expect(link('javascript:alert(1)', markup)).toBe(escapeValue(markup, 'a>b'));
  });

  it('cannot be switched off by a template', () => {
    for (const filter of ['raw', 'escape', 'safe', 'json']) {
      expect(check(`{{ submission.name | ${filter} }}`)).toThrow(`undefined filter: ${filter}`);
    }
  });
});

describe('templates of an installation', () => {
  it('are replaced by the default one when they fail, and this is said', () => {
    const message = renderMessage({ facts, purpose: 'post', markup: 'mrkdwn', source: '{{ headline ' });
    expect(message.headline).toBe(facts.headline);
    expect(message.templateProblem).toMatch(
      /^The template cannot be used: output "\{\{ headline " not closed \(line 1, column 1\)/,
    );
  });

  it('may name what a message does not have: it is empty', () => {
    const { headline } = render('a{{ submission.commit.nothing }}b');
    expect(headline).toBe('ab');
  });

  it('show own values of the facts alone', () => {
    const of = (path: string) =>
      render(`x{{ ${path} }}{% assign all = runs | map: "constructor" %}{{ all }}`).headline;
    for (const path of ['runs.constructor', 'runs.__proto__', 'submission.toString', 'bullet.at']) {
      expect(of(path)).toBe('x');
    }
  });

  it.each([
    ['{{ headline }}\n{% if x %}', 'not closed (line 2, column 1)'],
    ['{{ headline }}\n  {{ submission.verdit }}', 'has unknown names: submission.verdit'],
    ['{{ headline }}\n{% if submisson %}x{% endif %}', 'has unknown names: submisson'],
    [
      '{{ headline }}{% for run in runs %}\n {{ run.nmae }}{% endfor %}',
      'undefined variable: run.nmae (line 2, column 5)',
    ],
    ['{{ headline | shout }}', 'undefined filter: shout'],
    ["{% include 'a' %}", 'tag "include" not found (line 1, column 1)'],
    ["{% render '/etc/passwd' %}", 'tag "render" not found'],
    ["{% layout 'a' %}", 'tag "layout" not found'],
    ['{{ submission.constructor }}', 'has unknown names: submission.constructor'],
    ['  \n ', 'writes nothing'],
    ['x'.repeat(10_001), 'more than 10000 characters'],
    ['{% if headline %}'.repeat(21) + '{% endif %}'.repeat(21), 'more than 20 tags within each other'],
  ])('are refused with the reason: %s', (source, message) => expect(check(source)).toThrow(message));

  const nested = (depth: number, body: string) =>
    '{% for i in (1..100) %}'.repeat(depth) + body + '{% endfor %}'.repeat(depth);
  it.each([
    ['loops within loops', nested(6, 'x')],
    ['loops within loops without a text', nested(6, '')],
    [
      'loops over the facts',
      '{% for a in runs %}{% for b in a.failures %}{% for c in (1..100) %}{% for d in (1..100) %}{{ d }}{% endfor %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    [
      'many conditions in a loop',
      `{% for i in (1..100) %}{% for j in (1..100) %}{% if ${Array(300).fill('headline contains "zz"').join(' or ')} %}{% endif %}{% endfor %}{% endfor %}`,
    ],
    ['a long range', '{% for i in (1..1000000000) %}x{% endfor %}'],
    [
      'a text that doubles',
      `{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(60)}{{ a }}`,
    ],
    ['a long text in a loop', `{% for i in (1..100) %}${'x'.repeat(5_000)}{% endfor %}`],
    ['a long list in a condition', '{% assign r = (1..900000) %}{% if r contains 0 %}{% endif %}'],
    ['a long list of a text', '{% assign r = ("1"..900000) %}{% if r == r %}{% endif %}'],
    [
      'a long list of a variable',
      '{% assign n = 900000 %}{% assign r = (1..n) %}{% case r %}{% when r %}{% endcase %}',
    ],
    ['a long list of a number with a dot', '{% assign r = (1...900000) %}{{ r }}'],
    [
      'long texts that are formatted',
      `{{ headline }}{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(9)}{% for i in (1..100) %}{% assign b = a ${'| link: a | bold | code '.repeat(40)}%}{% endfor %}`,
    ],
    [
      'long texts in a condition',
      `{{ headline }}{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(12)}{% if ${Array(300).fill('a contains "yxxx"').join(' or ')} %}{% endif %}`,
    ],
    ['a wide number in a date', '{{ "2026-01-01" | date: "%1000000000d" }}'],
    ['many open tags', '{{'.repeat(5_000)],
    ['many filters', `{{ headline ${'| upcase '.repeat(1_000)}| nothing }}`],
  ])('cannot hold up the process: %s', (_, source) => {
    const message = renderMessage({ facts, purpose: 'post', markup: 'mrkdwn', source });
    expect(message.templateProblem).toMatch(/^The template/);
    expect(message.headline).toBe(facts.headline);
  });

  it('never throw anything but what is wrong with them', () => {
    const piece = fc.constantFrom(
      ...[
        '{{',
        '}}',
        '{%',
        '%}',
        '-',
        ' ',
        '\n',
        '|',
        '"',
        "'",
        '.',
        '(',
        '1..9',
        ')',
        'for a in runs',
        'endfor',
      ],
      ...[
        'if',
        'endif',
        'headline',
        'a.failures',
        'raw',
        'endraw',
        'assign a = ',
        'case',
        'when',
        ',',
        ':',
        'link',
      ],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const source = pieces.join(' ');
        const message = renderMessage({ facts, purpose: 'post', markup: 'html', source });
        expect(message.headline).not.toBe('');
      }),
      { numRuns: 500 },
    );
  });
});
