import { type LintFinding, lintCodes, lintRules } from '../model/lint.ts';

/** Findings as SARIF 2.1.0, for code scanning. Paths become relative addresses. */
export function lintSarif(findings: readonly LintFinding[], version: string): string {
  const driver = {
    name: 'matre',
    semanticVersion: version,
    rules: lintCodes.map((id) => ({
      id,
      shortDescription: { text: lintRules[id][1] },
      defaultConfiguration: { level: lintRules[id][0] },
    })),
  };
  const results = findings.map(({ code, level, path, line, message, fingerprint }) => ({
    ruleId: code,
    ruleIndex: lintCodes.indexOf(code),
    level,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { 'matre/v1': fingerprint },
  }));
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
