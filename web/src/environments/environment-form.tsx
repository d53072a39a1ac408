import { Checkbox, PasswordInput, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { maxSlots } from '#src/model/limits.ts';
import type { EnvironmentView } from '#src/operations/core/views.ts';
import type { addEnvironment, editEnvironment } from '#src/operations/environments/environments.ts';
import { toProblem } from '../api/problem.ts';
import { callApi, type OutputOf, post } from '../api/request.ts';
import { DialogForm } from '../ui/dialog-form.tsx';
import { fieldProblems } from '../ui/field-problems.ts';
import { useAction } from '../ui/use-action.ts';
import { WholeNumber } from '../ui/whole-number.tsx';
import { type ModuleDraft, ModuleFields, moduleOf, modulesOf } from './module-fields.tsx';
import { environmentKeys } from './queries.ts';

interface Props {
  /** Undefined for a new environment. */
  environment?: EnvironmentView;
  onDone: (code: string) => void;
  onClose: () => void;
}

type TextField = 'code' | 'name' | 'baseUrl' | 'backendName' | 'adminUsername' | 'image';
type Fields = Record<TextField, string> & {
  slots: number;
  allModules: boolean;
  replay: EnvironmentView['replay'];
};

interface Password {
  /** The new password; empty keeps the stored one. */
  text: string;
  /** Whether to remove the stored password. */
  isRemoved: boolean;
}

/** Adds an environment or edits its settings. The stored password is never shown. */
export function EnvironmentForm({ environment, onDone, onClose }: Props) {
  const [fields, setFields] = useState<Fields>({
    code: environment?.code ?? '',
    name: environment?.name ?? '',
    baseUrl: environment?.baseUrl ?? '',
    backendName: environment?.backendName ?? 'admin',
    adminUsername: environment?.adminUsername ?? '',
    slots: environment?.slots ?? 1,
    allModules: environment?.allModules ?? false,
    image: environment?.image ?? '',
    replay: environment?.replay ?? null,
  });
  const [modules, setModules] = useState(() => modulesOf(environment));
  const [password, setPassword] = useState<Password>({ text: '', isRemoved: false });
  const [removesCredentials, setRemovesCredentials] = useState(false);
  const save = useSave({ environment, fields, modules, password, removesCredentials, onDone });
  const fieldErrors = fieldProblems(save.error ? toProblem(save.error) : undefined);

  return (
    <DialogForm
      action={save}
      submitLabel={environment ? 'Save' : 'Add'}
      problem={Object.keys(fieldErrors).length === 0 ? save.error : null}
      onClose={onClose}
    >
      <TextFields
        environment={environment}
        fields={fields}
        fieldErrors={fieldErrors}
        onChange={(changes) => setFields((before) => ({ ...before, ...changes }))}
      />
      {environment?.hasShopCredentials && (
        <Checkbox
          size="xs"
          label="Remove the stored user and password of the shop"
          checked={removesCredentials}
          onChange={(event) => setRemovesCredentials(event.currentTarget.checked)}
        />
      )}
      <PasswordFields
        isStored={environment?.hasAdminPassword === true}
        password={password}
        error={fieldErrors['adminPassword']}
        onChange={(changes) => setPassword((before) => ({ ...before, ...changes }))}
      />
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
      <Checkbox
        size="xs"
        label="Tests of all modules"
        description="Also of modules that are disabled in the shop (as mftf generate:tests --force)"
        checked={fields.allModules}
        onChange={(event) => {
          const allModules = event.currentTarget.checked;
          setFields((before) => ({ ...before, allModules }));
        }}
      />
      <ReplayField
        value={fields.replay}
        onChange={(replay) => setFields((before) => ({ ...before, replay }))}
      />
      <ModuleFields modules={modules} error={fieldErrors['modules']} onChange={setModules} />
    </DialogForm>
  );
}

function ReplayField({
  value,
  onChange,
}: {
  value: Fields['replay'];
  onChange: (replay: Fields['replay']) => void;
}) {
  return (
    <Select
      label="Replay"
      description="Which tests have their browsers recorded"
      data={[
        { value: '', label: 'As in the settings' },
        { value: 'off', label: 'Nothing' },
        { value: 'failed', label: 'Failed and broken tests' },
        { value: 'all', label: 'All tests' },
      ]}
      allowDeselect={false}
      value={value ?? ''}
      onChange={(next) => onChange(next === 'off' || next === 'failed' || next === 'all' ? next : null)}
    />
  );
}

interface TextFieldsProps {
  /** Undefined for a new environment. */
  environment: EnvironmentView | undefined;
  fields: Fields;
  /** The error messages by field name. */
  fieldErrors: Record<string, string>;
  onChange: (changes: Partial<Fields>) => void;
}

function TextFields({ environment, fields, fieldErrors, onChange }: TextFieldsProps) {
  const isNew = environment === undefined;
  const text = (field: TextField) => ({
    value: fields[field],
    error: fieldErrors[field],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) =>
      onChange({ [field]: event.currentTarget.value }),
  });
  return (
    <>
      {isNew && (
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
        description={isNew ? 'Default: the code' : undefined}
        required={!isNew}
        {...text('name')}
      />
      <TextInput
        label="Shop URL"
        description={
          environment?.hasShopCredentials
            ? 'A user and password are stored. A URL with another host removes them; https://user:password@... replaces them.'
            : 'With basic authentication: https://user:password@... They are stored encrypted.'
        }
        placeholder="https://shop.example.com/"
        required
        {...text('baseUrl')}
      />
      <TextInput
        label="Admin path"
        description="Relative to the shop URL"
        required
        {...text('backendName')}
      />
      <TextInput label="Admin user" required {...text('adminUsername')} />
      <TextInput label="Image" description="Empty: the image of the settings" {...text('image')} />
    </>
  );
}

interface PasswordProps {
  isStored: boolean;
  password: Password;
  error: string | undefined;
  onChange: (changes: Partial<Password>) => void;
}

function PasswordFields({ isStored, password, error, onChange }: PasswordProps) {
  return (
    <>
      <PasswordInput
        label="Admin password"
        description={
          isStored ? 'A password is stored. Leave empty to keep it.' : 'Stored encrypted, never shown'
        }
        autoComplete="new-password"
        error={error}
        disabled={password.isRemoved}
        value={password.text}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
      {isStored && (
        <Checkbox
          size="xs"
          label="Remove the stored password"
          checked={password.isRemoved}
          onChange={(event) => onChange({ isRemoved: event.currentTarget.checked })}
        />
      )}
    </>
  );
}

interface Input {
  environment: EnvironmentView | undefined;
  fields: Fields;
  modules: ModuleDraft[];
  password: Password;
  /** Whether to remove the stored user and password of the base URL. */
  removesCredentials: boolean;
  onDone: (code: string) => void;
}

function useSave({ environment, fields, modules: drafts, password, removesCredentials, onDone }: Input) {
  return useAction({
    run: (): Promise<OutputOf<typeof editEnvironment>> => {
      const { code, name, image, ...others } = fields;
      const rest = { ...others, image: image.trim() || null, modules: drafts.map(moduleOf) };
      const adminPassword = password.isRemoved ? null : password.text === '' ? undefined : password.text;
      if (environment) {
        const shopCredentials = removesCredentials ? null : undefined;
        const body = { name, ...rest, adminPassword, shopCredentials };
        return callApi('PATCH', `/api/environments/${code}`, { body });
      }
      const optionalFields = { ...(name.trim() !== '' && { name }), ...(adminPassword && { adminPassword }) };
      return post<typeof addEnvironment>('/api/environments', { code, ...rest, ...optionalFields });
    },
    successMessage: ({ code }) => (environment ? `${code} was saved.` : `${code} was added.`),
    invalidates: environmentKeys(fields.code),
    onSuccess: ({ code }) => onDone(code),
    quiet: true,
  });
}
