import type { StepFieldView, UsedValueView } from '#src/operations/tests/test-steps.ts';
import { Value } from '../../environments/variables/value.tsx';
import classes from './steps.module.css';

export type FindValue = (kind: string, name: string) => UsedValueView | undefined;

type RuntimePart = Exclude<StepFieldView['parts'][number], string>;

/** A value of a step: text, values of the environment, and what exists only while the test runs. */
export function StepValue({ parts, findValue }: { parts: StepFieldView['parts']; findValue: FindValue }) {
  return (
    <code className={classes.value}>
      {parts.map((part, index) =>
        typeof part === 'string' ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text have no other key
          <Runtime key={index} part={part} value={findValue(part.kind, part.name)} />
        ),
      )}
    </code>
  );
}

const titles: Record<RuntimePart['kind'], string> = {
  env: 'A variable of the environment',
  secret: 'A secret of the environment',
  created: 'A field of data that an earlier step created',
  variable: 'What an earlier step returned',
  unique: 'Makes the data unique in each run',
  code: 'A call while the test runs',
};

function Runtime({ part: { kind, name }, value }: { part: RuntimePart; value: UsedValueView | undefined }) {
  const hasValue = value !== undefined && value.variable !== null;
  return (
    <span className={classes.runtime} data-kind={kind} title={titles[kind]}>
      {hasValue && <Value value={value.value} isSecret={value.secret} />}
      <span className={hasValue ? classes.of : undefined}>{nameOf(kind, name)}</span>
    </span>
  );
}

/** As the XML writes it. */
function nameOf(kind: RuntimePart['kind'], name: string): string {
  switch (kind) {
    case 'env':
      return `_ENV.${name}`;
    case 'secret':
      return `_CREDS.${name}`;
    case 'created':
      return `$${name}$`;
    case 'variable':
      return `{$${name}}`;
    case 'unique':
      return `unique ${name}`;
    default:
      return name;
  }
}
