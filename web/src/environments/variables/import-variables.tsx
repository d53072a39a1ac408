import { Button, Checkbox, Group, NativeSelect, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { exportVariables, importVariables } from '#src/operations/environments/variable-import.ts';
import { get, type OutputOf, post } from '../../api/request.ts';
import { FormProblem } from '../../ui/form-problem.tsx';
import { plural } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../../ui/table/data-table.tsx';
import { useAction } from '../../ui/use-action.ts';
import imports from '../import-form.module.css';
import { environmentKeys } from '../queries.ts';
import { Value } from './value.tsx';

type Plan = OutputOf<typeof importVariables>;

interface Row {
  name: string;
  value: string | null;
  secret: boolean;
  change: string;
}

/** Sets many variables at once from the text of an .env file, after a preview of what changes. */
export function ImportVariables({ code, onClose }: { code: string; onClose: () => void }) {
  const [input, setInput] = useState<Input>({ isGlobal: false, content: '', replace: false, plain: [] });
  const { preview, save, load } = useImport(code, input, {
    onLoaded: (content) => change({ content }),
    onSaved: onClose,
  });
  const change = (changes: Partial<Input>) => {
    preview.reset();
    save.reset();
    setInput((before) => ({ ...before, ...changes }));
  };
  const plan = preview.data;
  return (
    <Stack gap="sm">
      <FormProblem error={save.error ?? preview.error ?? load.error} />
      <Fields code={code} input={input} rows={plan ? 5 : 12} onChange={change} />
      {plan && <PlanView plan={plan} plain={input.plain} onPlain={(plain) => change({ plain })} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="subtle" loading={load.isPending} onClick={() => load.mutate()}>
          Load stored variables
        </Button>
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
        {plan ? (
          <Button loading={save.isPending} disabled={countOf(plan) === 0} onClick={() => save.mutate()}>
            Apply {plural(countOf(plan), 'change')}
          </Button>
        ) : (
          <Button
            loading={preview.isPending}
            disabled={input.content.trim() === ''}
            onClick={() => preview.mutate()}
          >
            Preview changes
          </Button>
        )}
      </Group>
    </Stack>
  );
}

interface Input {
  /** For all environments. */
  isGlobal: boolean;
  content: string;
  /** Variables that the content lacks are removed. */
  replace: boolean;
  /** Names that are declared not to be secret. */
  plain: string[];
}

/** The requests of the form: what would change, the change, and what is stored. */
function useImport(
  code: string,
  { isGlobal, ...input }: Input,
  { onLoaded, onSaved }: { onLoaded: (content: string) => void; onSaved: () => void },
) {
  const environment = isGlobal ? {} : { environment: code };
  const send = (dryRun: boolean) =>
    post<typeof importVariables>('/api/variables/import', { ...environment, ...input, dryRun });
  const preview = useAction({ run: () => send(true), quiet: true });
  const save = useAction({
    run: () => send(false),
    successMessage: summaryOf,
    invalidates: isGlobal ? [['environment'], ['effective'], ['variables']] : environmentKeys(code),
    onSuccess: onSaved,
    quiet: true,
  });
  const load = useAction({
    run: () => get<typeof exportVariables>('/api/variables/export', { query: environment }),
    onSuccess: ({ content }) => onLoaded(content),
    quiet: true,
  });
  return { preview, save, load };
}

interface FieldsProps {
  code: string;
  input: Input;
  /** The height of the text. */
  rows: number;
  onChange: (changes: Partial<Input>) => void;
}

function Fields({ code, input, rows, onChange }: FieldsProps) {
  return (
    <>
      <NativeSelect
        label="Scope"
        size="xs"
        value={input.isGlobal ? 'global' : 'environment'}
        data={[
          { value: 'environment', label: `${code} only` },
          { value: 'global', label: 'all environments' },
        ]}
        onChange={(event) => onChange({ isGlobal: event.currentTarget.value === 'global' })}
      />
      <Textarea
        label="Variables"
        description="NAME=value in each line, as in an .env file. (secret) stands for the stored value."
        placeholder={'STORE_CODE=us\nPAYMENT_TOKEN=...'}
        rows={rows}
        spellCheck={false}
        data-autofocus
        classNames={{ input: imports.code }}
        value={input.content}
        onChange={(event) => onChange({ content: event.currentTarget.value })}
      />
      <Checkbox
        size="xs"
        label="Remove variables that the text lacks"
        checked={input.replace}
        onChange={(event) => onChange({ replace: event.currentTarget.checked })}
      />
    </>
  );
}

const countOf = ({ added, changed, removed }: Plan) => added.length + changed.length + removed.length;

const summaryOf = ({ added, changed, removed }: Plan) =>
  `${plural(added.length, 'variable')} added, ${changed.length} changed, ${removed.length} removed.`;

const columns: Column<Row>[] = [
  {
    name: 'Name',
    width: 8,
    value: ({ name }) => (
      <code>
        <LongText text={name} />
      </code>
    ),
  },
  {
    name: 'Value',
    width: 8,
    wraps: true,
    card: 'bare',
    value: ({ value, secret, change }) =>
      change === 'removed' ? '' : <Value value={value} isSecret={secret} />,
  },
  { name: 'Change', width: 'fit', card: 'bare', value: ({ change }) => change },
];

interface PlanProps {
  plan: Plan;
  /** Names that are declared not to be secret. */
  plain: string[];
  onPlain: (names: string[]) => void;
}

function PlanView({ plan, plain, onPlain }: PlanProps) {
  const { added, changed, removed, unchanged, stays, ignored, notes } = plan;
  const rows: Row[] = [
    ...added.map((each) => ({ ...each, change: 'new' })),
    ...changed.map((each) => ({ ...each, change: 'changed' })),
    ...removed.map((name) => ({ name, value: '', secret: false, change: 'removed' })),
  ];
  const guesses = added.filter(({ isGuess }) => isGuess).map(({ name }) => name);
  const remarks = [
    ...ignored.map(({ name, line, reason }) => `Line ${line}: ${name} is left out: ${reason}`),
    ...notes.map(({ line, message }) => `Line ${line}: ${message}`),
  ];
  return (
    <section aria-label="Changes">
      <p className={imports.files}>
        {added.length} new, {changed.length} changed, {removed.length} removed, {unchanged.length} unchanged,{' '}
        {stays.length} not in the text
      </p>
      {rows.length > 0 && (
        <DataTable
          label="Changes"
          rows={rows}
          rowKey={({ name }) => name}
          columns={columns}
          cardsBelow={480}
        />
      )}
      {guesses.length > 0 && (
        <p className={imports.files}>
          {plural(guesses.length, 'variable')}{' '}
          {guesses.length === 1 ? 'looks like a secret' : 'look like secrets'} and will be stored as such.{' '}
          <Button size="compact-xs" variant="subtle" onClick={() => onPlain([...plain, ...guesses])}>
            They are not secret
          </Button>
        </p>
      )}
      {remarks.length > 0 && (
        <ul className={imports.notes}>
          {remarks.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
