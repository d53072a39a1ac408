import { Group, NativeSelect, Radio, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { maxVariableDescriptionLength } from '#src/model/limits.ts';
import type { rotateVariable, setVariables } from '#src/operations/environments/variables.ts';
import { callApi, type OutputOf, post } from '../../api/request.ts';
import { hourAfter, localMoment } from '../../reservations/local-moment.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { stamp } from '../../ui/format.ts';
import { useAction } from '../../ui/use-action.ts';
import { environmentKeys } from '../queries.ts';

/** The variable to edit; an empty name means a new variable. */
export interface VariableDraft {
  name: string;
  value: string;
  secret: boolean;
  description: string;
  scope: Scope;
  /** Whether matre has it, and not the test module or nothing. */
  isStored: boolean;
}

type Scope = 'environment' | 'global';
/** `auto`: as the server decides by name and value. */
type Secrecy = 'auto' | 'secret' | 'plain';

interface Fields {
  name: string;
  value: string;
  description: string;
  secrecy: Secrecy;
  scope: Scope;
  /** When the new value of a stored secret takes effect; empty: at once. */
  from: string;
}

interface Props {
  code: string;
  draft: VariableDraft;
  onClose: () => void;
}

/**
 * Sets a variable of one or all environments, at once or, for a stored secret, from a time on. The server never returns secret values, so
 * they must be typed again; a description alone is changed without.
 */
export function VariableForm({ code, draft, onClose }: Props) {
  const [fields, setFields] = useState<Fields>(() => ({
    ...{ name: draft.name, value: draft.value, description: draft.description, scope: draft.scope, from: '' },
    secrecy: draft.isStored ? (draft.secret ? 'secret' : 'plain') : 'auto',
  }));
  const save = useSaveVariable({ code, draft, fields, onSuccess: onClose });
  const change = (changes: Partial<Fields>) => setFields((before) => ({ ...before, ...changes }));
  const canRotate = isStoredThere(draft, fields) && draft.secret && fields.secrecy === 'secret';
  const isComplete =
    fields.name.trim() !== '' &&
    (fields.from === '' || (localMoment(fields.from) !== undefined && fields.value !== ''));
  return (
    <DialogForm
      action={save}
      submitLabel={fields.from === '' ? 'Set' : 'Rotate'}
      isDisabled={!isComplete}
      onClose={onClose}
    >
      <VariableFields draft={draft} fields={fields} onChange={change} />
      {canRotate && <EffectField value={fields.from} onChange={(from) => change({ from })} />}
      <Radio.Group
        label="Scope"
        size="sm"
        value={fields.scope}
        onChange={(scope) => change({ scope: scope as Scope })}
      >
        <Group gap="md" mt={4}>
          <Radio size="xs" value="environment" label={`${code} only`} />
          <Radio size="xs" value="global" label="all environments" />
        </Group>
      </Radio.Group>
    </DialogForm>
  );
}

interface FieldsProps {
  /** The variable before any change. */
  draft: VariableDraft;
  fields: Fields;
  onChange: (changes: Partial<Fields>) => void;
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
        description={
          draft.secret
            ? 'The stored value is not shown. Type the new value; without one it stays.'
            : undefined
        }
        data-autofocus={isNew ? undefined : true}
        autosize
        minRows={1}
        maxRows={8}
        size="sm"
        spellCheck={false}
        value={fields.value}
        onChange={(event) => onChange({ value: event.currentTarget.value })}
      />
      <TextInput
        label="Description"
        description="What it is for, and where a new value comes from"
        maxLength={maxVariableDescriptionLength}
        value={fields.description}
        onChange={(event) => onChange({ description: event.currentTarget.value })}
      />
      <NativeSelect
        label="Secret"
        description="A secret is stored encrypted, never shown, and hidden in logs."
        value={fields.secrecy}
        data={[
          ...(draft.isStored ? [] : [{ value: 'auto', label: 'when its name or value looks like one' }]),
          { value: 'secret', label: 'yes' },
          { value: 'plain', label: 'no' },
        ]}
        onChange={(event) => onChange({ secrecy: event.currentTarget.value as Secrecy })}
      />
    </>
  );
}

function EffectField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return (
    <>
      <NativeSelect
        label="Takes effect"
        description="Attempts of runs that start from then on read it; those under way keep the old value."
        value={value === '' ? 'now' : 'time'}
        data={[
          { value: 'now', label: 'at once' },
          { value: 'time', label: 'at a time' },
        ]}
        onChange={(event) => onChange(event.currentTarget.value === 'now' ? '' : hourAfter(new Date(), 1))}
      />
      {value !== '' && (
        <TextInput
          type="datetime-local"
          label="From"
          description="In the time zone of this browser"
          required
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </>
  );
}

/** Whether the variable of the chosen scope is stored, as far as the form knows. */
const isStoredThere = (draft: VariableDraft, { scope }: Fields) => draft.isStored && draft.scope === scope;

interface Input {
  code: string;
  draft: VariableDraft;
  fields: Fields;
  onSuccess: () => void;
}

function useSaveVariable({ code, draft, fields, onSuccess }: Input) {
  const { value, description, secrecy, scope, from } = fields;
  const name = fields.name.trim();
  const environment = scope === 'environment' ? { environment: code } : {};
  const describe = () =>
    callApi('PATCH', `/api/variables/${name}`, { body: { ...environment, description } });
  const set = () =>
    callApi<OutputOf<typeof setVariables>>('PUT', '/api/variables', {
      body: {
        ...environment,
        variables: [
          { name, value, description, ...(secrecy !== 'auto' && { secret: secrecy === 'secret' }) },
        ],
      },
    });
  const rotate = async () => {
    const rotated = await post<typeof rotateVariable>(`/api/variables/${name}/rotation`, {
      ...{ ...environment, value, at: localMoment(from) ?? '' },
    });
    if (description !== draft.description) await describe();
    return rotated;
  };
  const keepsValue = isStoredThere(draft, fields) && draft.secret && secrecy === 'secret' && value === '';
  return useAction({
    run: async () => {
      if (from !== '') {
        const { rotation } = await rotate();
        return `${name} has a new value from ${rotation ? stamp(new Date(rotation.at)) : 'now on'}.`;
      }
      if (keepsValue) {
        await describe();
        return `The description of ${name} was changed.`;
      }
      const { variables } = await set();
      const isSecret = variables.find((each) => each.name === name)?.secret;
      return `${name} was set${isSecret ? ', as a secret' : ''}.`;
    },
    successMessage: (message) => message,
    invalidates:
      scope === 'environment'
        ? environmentKeys(code)
        : [['environment'], ['effective'], ['variables'], ['preview']],
    onSuccess,
    quiet: true,
  });
}
