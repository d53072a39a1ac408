import type { TemplateOutcome } from '../../model/template-outcome.ts';

/** New failures, then the others, then the results; of all environments. */
const failures = `{% for failure in newFailures limit: 10 %}
{{ bullet }} {{ "New" | bold }}: {{ failure.test | link: failure.url }}{% if several %} on {{ failure.environment }}{% endif %}: {{ failure.message }}
{% endfor %}
{% if newFailures.size > 10 %}
{{ bullet }} {{ newFailures.size | minus: 10 }} more new failures
{% endif %}
{% for failure in otherFailures limit: 5 %}
{{ bullet }} {{ failure.className | default: "failed" | capitalize }}{% if failure.quarantined %}, in quarantine{% endif %}: {{ failure.test | link: failure.url }}{% if several %} on {{ failure.environment }}{% endif %}: {{ failure.message }}
{% endfor %}
{% if otherFailures.size > 5 %}
{{ bullet }} {{ otherFailures.size | minus: 5 }} more
{% endif %}
{% if moreFailures > 0 %}
{{ bullet }} {{ moreFailures }} failures that are not listed here
{% endif %}
`;

const reasons = `{% for run in brokenRuns limit: 10 %}
{{ bullet }} {{ run.environment | link: run.url | bold }}: {{ run.reason.message }}
{% endfor %}
{% if brokenRuns.size > 10 %}
{{ bullet }} {{ brokenRuns.size | minus: 10 }} more broken runs
{% endif %}
`;

const results = `
{{ submission.counts | results }}
{% if several %}
{% for run in runs limit: 20 %}
{{ bullet }} {{ run.environment | link: run.url }}: {{ run.verdict | default: run.state }}, {{ run.counts | results }}{% if run.durationMs %}, {{ run.durationMs | duration }}{% endif %}
{% endfor %}
{% if runs.size > 20 %}
{{ bullet }} {{ runs.size | minus: 20 }} more environments
{% endif %}
{% endif %}
{% if submission.commits.size > 0 %}

Since the submission before:
{% for commit in submission.commits limit: 5 %}
{{ bullet }} {{ commit.id | slice: 0, 8 | code }} {{ commit.subject }}{% if commit.author %} ({{ commit.author }}){% endif %}
{% endfor %}
{% endif %}
`;

/** The words of each outcome. The first line is the headline. */
export const defaultTemplates: Readonly<Record<TemplateOutcome, string>> = {
  running: `{{ headline }}
${reasons}${failures}{% if submission.usualMs %}

It usually takes {{ submission.usualMs | duration }}.
{% endif %}
`,
  passed: `{{ headline }}
${failures}${results}`,
  failed: `{{ headline }}
${failures}${results}`,
  broken: `{{ headline }}
${reasons}${failures}${results}`,
  recovered: `{{ headline }}
${failures}${results}`,
  cancelled: `{{ headline }}
${reasons}${failures}${results}`,
  failures: `{% if run %}{{ run.environment }}: {{ run.counts | results }}{% else %}Failures of {{ submission.name }}{% endif %}

${failures}`,
  'alert-started': `{{ headline }}
{{ alert.action }}
`,
  'alert-ended': `{{ headline }}
{% if alert.endReason %}
{{ alert.endReason }}
{% endif %}
It began at {{ alert.startedAt | date: "%Y-%m-%d %H:%M UTC" }}.
`,
  'reservation-started': `{{ headline }}
{{ reservation.reason }}
`,
  'reservation-near-end': `{{ headline }}
{{ reservation.reason }}
`,
  'reservation-cancelled': `{{ headline }}
{{ reservation.endReason }}
`,
  digest: `{{ headline }}
{% for submission in submissions limit: 15 %}
{{ bullet }} {{ submission.headline | link: submission.url }}
{% endfor %}
{% if submissions.size > 15 %}
{{ bullet }} {{ submissions.size | minus: 15 | plus: moreSubmissions }} more submissions
{% endif %}
{% if environments.size > 0 %}

{{ "Environments" | bold }}
{% for environment in environments limit: 20 %}
{{ bullet }} {{ environment.environment }}: {% if environment.passRate %}{{ environment.passRate | percent }} of the results passed{% else %}no results{% endif %}, {{ environment.runs }} runs
{% endfor %}
{% endif %}
{% if failing.size > 0 %}

{{ "Tests that failed most" | bold }}
{% for test in failing %}
{{ bullet }} {{ test.test }}: {{ test.failed }} of {{ test.executions }}
{% endfor %}
{% endif %}
{% if grown.size > 0 %}

{{ "Tests that take longer" | bold }}
{% for test in grown %}
{{ bullet }} {{ test.test }}: {{ test.beforeMs | duration }}, now {{ test.afterMs | duration }}
{% endfor %}
{% endif %}
`,
};
