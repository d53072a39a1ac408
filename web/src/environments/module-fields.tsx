import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import type { EnvironmentView } from '#src/operations/core/views.ts';
import classes from './environment.module.css';

const fieldNames = ['name', 'repository', 'branch', 'path', 'target', 'username', 'password'] as const;

const textFields = [
  ['name', 'Name'],
  ['repository', 'Repository'],
  ['branch', 'Branch'],
  ['path', 'Folder on the workers, instead of a repository'],
  ['target', 'Folder in the container'],
  ['username', 'User of the repository'],
] as const;

/** A test module in the form; empty fields are as in the settings. */
export type ModuleDraft = Record<(typeof fieldNames)[number], string> & { hasPassword: boolean };

const emptyModule: ModuleDraft = {
  name: '',
  repository: '',
  branch: '',
  path: '',
  target: '',
  username: '',
  password: '',
  hasPassword: false,
};

export const modulesOf = (environment: EnvironmentView | undefined): ModuleDraft[] =>
  (environment?.modules ?? []).map((module) => ({
    name: module.name,
    repository: module.repository ?? '',
    branch: module.branch ?? '',
    path: module.path ?? '',
    target: module.target ?? '',
    username: module.username ?? '',
    password: '',
    hasPassword: module.hasPassword,
  }));

/** The module for the API. */
export function moduleOf(draft: ModuleDraft) {
  const set = fieldNames.filter((field) => draft[field].trim() !== '');
  return { name: '', ...Object.fromEntries(set.map((field) => [field, draft[field].trim()])) };
}

interface Props {
  modules: ModuleDraft[];
  error: string | undefined;
  onChange: (modules: ModuleDraft[]) => void;
}

/** The test modules of an environment, in order. */
export function ModuleFields({ modules, error, onChange }: Props) {
  const change = (index: number, changes: Partial<ModuleDraft>) =>
    onChange(modules.map((module, at) => (at === index ? { ...module, ...changes } : module)));
  return (
    <Stack gap="xs" component="fieldset" className={classes.modules}>
      <legend>Test modules</legend>
      {modules.length === 0 && <span className={classes.dim}>As in the settings</span>}
      {modules.map((module, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: modules have no other identity while they are edited
        <Stack key={index} gap={4} className={classes.module}>
          {textFields.map(([field, label]) => (
            <Field
              key={field}
              label={label}
              field={field}
              module={module}
              onChange={(changes) => change(index, changes)}
            />
          ))}
          <PasswordInput
            label="Password or token"
            description={module.hasPassword ? 'One is stored. Leave empty to keep it.' : undefined}
            autoComplete="new-password"
            value={module.password}
            onChange={(event) => change(index, { password: event.currentTarget.value })}
          />
          <Group justify="flex-end">
            <Button
              variant="subtle"
              size="compact-xs"
              onClick={() => onChange(modules.filter((_, at) => at !== index))}
            >
              Remove {module.name || 'this module'}
            </Button>
          </Group>
        </Stack>
      ))}
      {error !== undefined && <span role="alert">{error}</span>}
      <Group>
        <Button variant="subtle" size="compact-xs" onClick={() => onChange([...modules, emptyModule])}>
          Add a test module
        </Button>
      </Group>
    </Stack>
  );
}

interface FieldProps {
  label: string;
  field: (typeof fieldNames)[number];
  module: ModuleDraft;
  onChange: (changes: Partial<ModuleDraft>) => void;
}

function Field({ label, field, module, onChange }: FieldProps) {
  return (
    <TextInput
      label={label}
      required={field === 'name'}
      autoComplete="off"
      spellCheck={false}
      value={module[field]}
      onChange={(event) => onChange({ [field]: event.currentTarget.value })}
    />
  );
}
