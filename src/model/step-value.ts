/** What exists only while a test runs. */
export const runtimeKinds = ['env', 'secret', 'created', 'variable', 'unique', 'code'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];

/** What exists only while a test runs, as the XML writes it. */
export function runtimeText({ kind, name }: { kind: RuntimeKind; name: string }): string {
  switch (kind) {
    case 'env':
      return `{{_ENV.${name}}}`;
    case 'secret':
      return `{{_CREDS.${name}}}`;
    case 'created':
      return `$${name}$`;
    case 'variable':
      return `{$${name}}`;
    case 'unique':
      return `{unique ${name}}`;
    default:
      return name;
  }
}
