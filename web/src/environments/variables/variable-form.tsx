import { Button, Checkbox, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { setVariables } from '#src/operations/environments/variables.ts';
import { callApi, type OutputOf } from '../../api/request.ts';
import { ProblemAlert } from '../../ui/problem-alert.tsx';
import { useAction } from '../../ui/use-action.ts';
import { environmentKeys } from '../queries.ts';

/** The variable to edit; an empty name means a new variable. */
export interface VariableDraft {
  name: string;
  value: string;
  secret: boolean;
}

interface Props {
  code: string;
  draft: VariableDraft;
  onClose: () => void;
}

/** Sets a variable of one or all environments. The server never returns secret values, so they must be typed again. */
export function VariableForm({ code, draft, onClose }: Props) {
  const [fields, setFields] = useState(draft);
  const [scope, setScope] = useState<Scope>('environment');
  const save = useSetVariable({ code, fields, scope, onSuccess: onClose });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <ProblemAlert error={save.error} />
        <VariableFields
          draft={draft}
          fields={fields}
          onChange={(changes) => setFields((before) => ({ ...before, ...changes }))}
        />
        <Radio.Group label="Scope" size="sm" value={scope} onChange={setScope}>
          <Group gap="md" mt={4}>
            <Radio size="xs" value="environment" label={`${code} only`} />
            <Radio size="xs" value="global" label="all environments" />
          </Group>
        </Radio.Group>
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={fields.name.trim() === ''}>
            Set
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldsProps {
  /** The variable before any change. */
  draft: VariableDraft;
  fields: VariableDraft;
  onChange: (changes: Partial<VariableDraft>) => void;
}

function VariableFields({ draft, fields, onChange }: FieldsProps) {
  const isNew = draft.name === '';
  return (
    <>
      {isNew && (
        <TextInput
          label="Name"
          description="Tests read it as {{_ENV.NAME}}."
          required
          data-autofocus
          autoComplete="off"
          spellCheck={false}
          value={fields.name}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
      )}
      <Textarea
        label="Value"
        description={draft.secret ? 'The stored value is not shown. Type the new value.' : undefined}
        data-autofocus={isNew ? undefined : true}
        autosize
        minRows={1}
        maxRows={8}
        size="sm"
        spellCheck={false}
        value={fields.value}
        onChange={(event) => onChange({ value: event.currentTarget.value })}
      />
      <Checkbox
        size="xs"
        label="Secret: stored encrypted, never shown, masked in logs"
        checked={fields.secret}
        onChange={(event) => onChange({ secret: event.currentTarget.checked })}
      />
    </>
  );
}

type Scope = 'environment' | 'global';

interface Input {
  code: string;
  fields: VariableDraft;
  scope: Scope;
  onSuccess: () => void;
}

function useSetVariable({ code, fields, scope, onSuccess }: Input) {
  return useAction({
    run: () =>
      callApi<OutputOf<typeof setVariables>>('PUT', '/api/variables', {
        body: { variables: [fields], ...(scope === 'environment' && { environment: code }) },
      }),
    successMessage: () => `${fields.name} is set.`,
    invalidates:
      scope === 'environment' ? environmentKeys(code) : [['environment'], ['effective'], ['preview']],
    onSuccess,
    quiet: true,
  });
}
