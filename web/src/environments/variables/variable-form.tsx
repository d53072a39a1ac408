import { Alert, Button, Checkbox, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { setVariables } from '../../../../src/operations/environments/variables.ts';
import { toProblem } from '../../api/problem.ts';
import { callApi, type OutputOf } from '../../api/request.ts';
import { useAction } from '../../ui/use-action.ts';
import { environmentKeys } from '../queries.ts';

/** The variable to edit; an empty name means a new variable. */
export interface VariableDraft {
  name: string;
  value: string;
  secret: boolean;
}

/** Sets a variable of one or all environments. The server never returns secret values, so they must be typed again. */
export function VariableForm({
  code,
  draft,
  onClose,
}: {
  code: string;
  draft: VariableDraft;
  onClose: () => void;
}) {
  const [fields, setFields] = useState(draft);
  const [scope, setScope] = useState('environment');
  const isNew = draft.name === '';
  const save = useAction({
    run: () =>
      callApi<OutputOf<typeof setVariables>>('PUT', '/api/variables', {
        body: { variables: [fields], ...(scope === 'environment' && { environment: code }) },
      }),
    successMessage: () => `${fields.name} is set.`,
    invalidates:
      scope === 'environment' ? environmentKeys(code) : [['environment'], ['effective'], ['preview']],
    onSuccess: onClose,
    quiet: true,
  });
  const problem = save.error ? toProblem(save.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        {problem && (
          <Alert role="alert" variant="outline" color="var(--failed)" title={problem.message}>
            {problem.remedy}
          </Alert>
        )}
        {isNew && (
          <TextInput
            label="Name"
            description="Tests read it as {{_ENV.NAME}}."
            required
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            value={fields.name}
            onChange={(event) => {
              const name = event.currentTarget.value;
              setFields((before) => ({ ...before, name }));
            }}
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
          onChange={(event) => {
            const { value } = event.currentTarget;
            setFields((before) => ({ ...before, value }));
          }}
        />
        <Checkbox
          size="xs"
          label="Secret: stored encrypted, never shown, masked in logs"
          checked={fields.secret}
          onChange={(event) => {
            const secret = event.currentTarget.checked;
            setFields((before) => ({ ...before, secret }));
          }}
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
