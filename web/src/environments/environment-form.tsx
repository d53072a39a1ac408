import { Alert, Button, Checkbox, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { EnvironmentView } from '../../../src/operations/core/views.ts';
import type { addEnvironment, editEnvironment } from '../../../src/operations/environments/environments.ts';
import { toProblem } from '../api/problem.ts';
import { callApi, type OutputOf, post } from '../api/request.ts';
import { fieldProblems } from '../ui/field-problems.ts';
import { useAction } from '../ui/use-action.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
import { environmentKeys } from './queries.ts';

interface Props {
  /** Undefined for a new environment. */
  environment?: EnvironmentView;
  onDone: (code: string) => void;
  onClose: () => void;
}

/** The maximum number of containers of an environment, as `maxSlots` in src/model/environment.ts. */
const maxSlots = 16;

/** Adds an environment or edits its settings. The stored password is never shown. */
export function EnvironmentForm({ environment, onDone, onClose }: Props) {
  const [fields, setFields] = useState({
    code: environment?.code ?? '',
    name: environment?.name ?? '',
    baseUrl: environment?.baseUrl ?? '',
    backendName: environment?.backendName ?? 'admin',
    adminUsername: environment?.adminUsername ?? '',
    slots: environment?.slots ?? 1,
  });
  const [password, setPassword] = useState('');
  const [removesPassword, setRemovesPassword] = useState(false);

  const save = useAction({
    run: (): Promise<OutputOf<typeof editEnvironment>> => {
      const { code, name, ...rest } = fields;
      const adminPassword = removesPassword ? null : password === '' ? undefined : password;
      if (environment) {
        return callApi('PATCH', `/api/environments/${code}`, { body: { name, ...rest, adminPassword } });
      }
      const optionalFields = { ...(name.trim() !== '' && { name }), ...(adminPassword && { adminPassword }) };
      return post<typeof addEnvironment>('/api/environments', { code, ...rest, ...optionalFields });
    },
    successMessage: ({ code }) => (environment ? `${code} is saved.` : `${code} is added.`),
    invalidates: environmentKeys(fields.code),
    onSuccess: ({ code }) => onDone(code),
    quiet: true,
  });
  const problem = save.error ? toProblem(save.error) : undefined;
  const fieldErrors = fieldProblems(problem);

  const text = (field: 'code' | 'name' | 'baseUrl' | 'backendName' | 'adminUsername') => ({
    value: fields[field],
    error: fieldErrors[field],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      const { value } = event.currentTarget;
      setFields((before) => ({ ...before, [field]: value }));
    },
  });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        {problem && Object.keys(fieldErrors).length === 0 && (
          <Alert role="alert" variant="outline" color="var(--failed)" title={problem.message}>
            {problem.remedy}
          </Alert>
        )}
        {!environment && (
          <TextInput
            label="Code"
            description="Short, cannot be changed later. The test module keeps its variables in .env.<code>."
            placeholder="preprod-us"
            required
            data-autofocus
            {...text('code')}
          />
        )}
        <TextInput
          label="Name"
          description={environment ? undefined : 'Default: the code'}
          required={environment !== undefined}
          {...text('name')}
        />
        <TextInput label="Shop URL" placeholder="https://shop.example.com/" required {...text('baseUrl')} />
        <TextInput
          label="Admin path"
          description="Relative to the shop URL"
          required
          {...text('backendName')}
        />
        <TextInput label="Admin user" required {...text('adminUsername')} />
        <PasswordInput
          label="Admin password"
          description={
            environment?.hasAdminPassword
              ? 'A password is stored. Leave empty to keep it.'
              : 'Stored encrypted, never shown'
          }
          autoComplete="new-password"
          error={fieldErrors['adminPassword']}
          disabled={removesPassword}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {environment?.hasAdminPassword && (
          <Checkbox
            size="xs"
            label="Remove the stored password"
            checked={removesPassword}
            onChange={(event) => setRemovesPassword(event.currentTarget.checked)}
          />
        )}
        <WholeNumber
          label="Containers"
          description="Number of containers that run tests in parallel"
          width={110}
          min={1}
          max={maxSlots}
          error={fieldErrors['slots']}
          value={fields.slots}
          onChange={(slots) => setFields((before) => ({ ...before, slots }))}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="subtle" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {environment ? 'Save' : 'Add'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
