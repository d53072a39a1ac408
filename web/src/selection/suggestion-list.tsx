import { Combobox } from '@mantine/core';
import { plural } from '../ui/format.ts';
import classes from './name-picker.module.css';
import type { Suggestion } from './use-completion.ts';

const kindText = { group: 'Groups', suite: 'Suites', test: 'Tests', module: 'Modules' };
const suggestedKinds = ['group', 'suite', 'test', 'module'] as const;

interface Props {
  label: string;
  suggestions: readonly Suggestion[];
  /** What to show when nothing is suggested. */
  emptyText: string;
}

/** The options below a field for names, by kind. */
export function SuggestionList({ label, suggestions, emptyText }: Props) {
  return (
    <Combobox.Options mah={320} className={classes.options} aria-label={label}>
      {suggestedKinds.map((kind) => {
        const ofKind = suggestions.filter((each) => each.kind === kind);
        if (ofKind.length === 0) return null;
        return (
          <Combobox.Group key={kind} label={kindText[kind]}>
            {ofKind.map(({ name, tests, title }) => (
              <Combobox.Option key={name} value={`${kind} ${name}`} className={classes.option}>
                <span className={classes.name}>{name}</span>
                <span className={classes.note}>{kind === 'test' ? title : plural(tests, 'test')}</span>
              </Combobox.Option>
            ))}
          </Combobox.Group>
        );
      })}
      {suggestions.length === 0 && <Combobox.Empty>{emptyText}</Combobox.Empty>}
    </Combobox.Options>
  );
}
