import { Button, Checkbox, Group, NativeSelect, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { exportVariables, importVariables } from '#src/operations/environments/variable-import.ts';
import { get, type OutputOf, post } from '../../api/request.ts';
import { plural } from '../../ui/format.ts';
import { LongText } from '../../ui/long-text/long-text.tsx';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
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
  const [scope, setScope] = useState('environment');
  const [content, setContent] = useState('');
  const [replace, setReplace] = useState(false);
  const [plain, setPlain] = useState<string[]>([]);
  const environment = scope === 'environment' ? { environment: code } : {};
  const send = (dryRun: boolean) =>
    post<typeof importVariables>('/api/variables/import', {
      ...environment,
      content,
      replace,
      plain,
      dryRun,
    });
  const preview = useAction({ run: () => send(true), quiet: true });
  const save = useAction({
    run: () => send(false),
    successMessage: summaryOf,
    invalidates:
      scope === 'environment' ? environmentKeys(code) : [['environment'], ['effective'], ['variables']],
    onSuccess: onClose,
    quiet: true,
  });
  const load = useAction({
    run: () => get<typeof exportVariables>('/api/variables/export', { query: environment }),
    onSuccess: (answer) => change(() => setContent(answer.content)),
    quiet: true,
  });
  const change = (apply: () => void) => {
    preview.reset();
    save.reset();
    apply();
  };
  const plan = preview.data;
  return (
    <Stack gap="sm">
      <ProblemAlert error={save.error ?? preview.error ?? load.error} />
      <NativeSelect
        label="Scope"
        size="xs"
        value={scope}
        data={[
          { value: 'environment', label: `${code} only` },
          { value: 'global', label: 'all environments' },
        ]}
        onChange={(event) => {
          const { value } = event.currentTarget;
          change(() => setScope(value));
        }}
      />
      <Textarea
        label="Variables"
        description="NAME=value in each line, as in an .env file. (secret) stands for the stored value."
        placeholder={'STORE_CODE=us\nPAYMENT_TOKEN=...'}
        rows={plan ? 5 : 12}
        spellCheck={false}
        data-autofocus
        classNames={{ input: imports.code }}
        value={content}
        onChange={(event) => {
          const { value } = event.currentTarget;
          change(() => setContent(value));
        }}
      />
      <Checkbox
        size="xs"
        label="Remove variables that the text lacks"
        checked={replace}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          change(() => setReplace(checked));
        }}
      />
      {plan && (
        <PlanView
          plan={plan}
          plain={plain}
          onPlain={(names) =>
            change(() => {
              setPlain(names);
            })
          }
        />
      )}
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
            disabled={content.trim() === ''}
            onClick={() => preview.mutate()}
          >
            Preview changes
          </Button>
        )}
      </Group>
    </Stack>
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
