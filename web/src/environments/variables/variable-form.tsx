import { Alert, Button, Checkbox, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { setVariables } from '../../../../src/operations/environments/variables.ts';
import { toProblem } from '../../api/problem.ts';
import { type Answer, ask } from '../../api/request.ts';
import { useAction } from '../../ui/use-action.ts';
import { environmentKeys } from '../queries.ts';

/** The variable to edit; an empty name means a new variable. */
export interface Chosen {
  name: string;
  value: string;
  secret: boolean;
}

/** Sets a variable of one or all environments. The server never returns secret values, so they must be typed again. */
export function VariableForm({
  code,
  chosen,
  onClose,
}: {
  code: string;
  chosen: Chosen;
  onClose: () => void;
}) {
  const [fields, setFields] = useState(chosen);
  const [scope, setScope] = useState('environment');
  const isNew = chosen.name === '';
  const save = useAction({
    run: () =>
      ask<Answer<typeof setVariables>>('PUT', '/api/variables', {
        body: { variables: [fields], ...(scope === 'environment' && { environment: code }) },
      }),
    done: () => `${fields.name} is set.`,
    touches: scope === 'environment' ? environmentKeys(code) : [['environment'], ['effective'], ['preview']],
    onDone: onClose,
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
          description={chosen.secret ? 'The stored value is not shown. Type the new value.' : undefined}
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
