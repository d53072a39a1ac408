import { Checkbox, Group, NumberInput, Radio, Select, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { maxHookSeconds, maxHookWaitSeconds } from '#src/model/limits.ts';
import type { HookView } from '#src/operations/hooks/hook-view.ts';
import { callApi } from '../../api/request.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { useAction } from '../../ui/use-action.ts';
import { bodyOf, draftOf, type HookDraft } from './hook-draft.ts';

interface Props {
  code: string;
  /** The hook to change; a new one without. */
  hook: HookView | undefined;
  onClose: () => void;
}

/** Adds or changes a hook of one or all environments. */
export function HookForm({ code, hook, onClose }: Props) {
  const [draft, setDraft] = useState(() => draftOf(hook));
  const change = (changes: Partial<HookDraft>) => setDraft((before) => ({ ...before, ...changes }));
  const save = useAction({
    run: () => {
      const scope = draft.scope === 'environment' ? { environment: code } : {};
      const body = { ...bodyOf(draft), ...scope };
      return hook
        ? callApi('PATCH', `/api/hooks/${hook.name}`, { body })
        : callApi('POST', '/api/hooks', { body: { ...body, name: draft.name.trim() } });
    },
    successMessage: () => `Hook ${draft.name} was ${hook ? 'changed' : 'added'}.`,
    invalidates: [['hooks']],
    onSuccess: onClose,
    quiet: true,
  });
  return (
    <DialogForm action={save} submitLabel="Save" isDisabled={draft.name.trim() === ''} onClose={onClose}>
      {!hook && <NameFields code={code} draft={draft} onChange={change} />}
      <Radio.Group
        label="When"
        size="sm"
        value={draft.moment}
        onChange={(moment) => change({ moment: moment === 'after' ? 'after' : 'before' })}
      >
        <Group gap="md" mt={4}>
          <Radio size="xs" value="before" label="before the tests" />
          <Radio size="xs" value="after" label="after the tests, whatever the verdict" />
        </Group>
      </Radio.Group>
      <Radio.Group
        label="What it does"
        size="sm"
        value={draft.kind}
        onChange={(kind) => change({ kind: kind === 'request' ? 'request' : 'command' })}
      >
        <Group gap="md" mt={4}>
          <Radio size="xs" value="command" label="a command in the container" />
          <Radio size="xs" value="request" label="an HTTP request" />
        </Group>
      </Radio.Group>
      {draft.kind === 'command' ? (
        <CommandFields draft={draft} onChange={change} />
      ) : (
        <RequestFields draft={draft} onChange={change} />
      )}
      <TreatmentFields draft={draft} onChange={change} />
    </DialogForm>
  );
}

interface FieldsProps {
  draft: HookDraft;
  onChange: (changes: Partial<HookDraft>) => void;
}

function NameFields({ code, draft, onChange }: FieldsProps & { code: string }) {
  return (
    <>
      <TextInput
        label="Name"
        description="Lower-case letters, digits, - and _"
        required
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        value={draft.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <Radio.Group
        label="Scope"
        size="sm"
        value={draft.scope}
        onChange={(scope) => onChange({ scope: scope === 'global' ? 'global' : 'environment' })}
      >
        <Group gap="md" mt={4}>
          <Radio size="xs" value="environment" label={`${code} only`} />
          <Radio size="xs" value="global" label="all environments" />
        </Group>
      </Radio.Group>
    </>
  );
}

function CommandFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Textarea
        label="Command"
        description="The program, then each argument on its own line. No shell reads it."
        required
        autosize
        minRows={2}
        maxRows={8}
        size="sm"
        spellCheck={false}
        value={draft.argv}
        onChange={(event) => onChange({ argv: event.currentTarget.value })}
      />
      <TextInput
        label="Folder"
        description="In the container; empty: the Magento tree"
        spellCheck={false}
        value={draft.folder}
        onChange={(event) => onChange({ folder: event.currentTarget.value })}
      />
      <TextInput
        label="Variables"
        description="Variables of the environment that it may read, also secret ones. It always has MATRE_RUN, MATRE_ENVIRONMENT and others."
        spellCheck={false}
        value={draft.variables}
        onChange={(event) => onChange({ variables: event.currentTarget.value })}
      />
    </>
  );
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

function RequestFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Group gap="xs" align="end" wrap="nowrap">
        <Select
          label="Method"
          w={100}
          allowDeselect={false}
          data={methods}
          value={draft.method}
          onChange={(method) => onChange({ method: method ?? 'GET' })}
        />
        <TextInput
          label="Address"
          required
          flex={1}
          spellCheck={false}
          value={draft.url}
          onChange={(event) => onChange({ url: event.currentTarget.value })}
        />
      </Group>
      <Textarea
        label="Headers"
        description="Name: value, each on its own line. {{NAME}} is the value of a variable, also in the address and the body. Pass secrets only this way."
        autosize
        maxRows={6}
        size="sm"
        spellCheck={false}
        value={draft.headers}
        onChange={(event) => onChange({ headers: event.currentTarget.value })}
      />
      <Textarea
        label="Body"
        autosize
        maxRows={8}
        size="sm"
        spellCheck={false}
        value={draft.body}
        onChange={(event) => onChange({ body: event.currentTarget.value })}
      />
      <TextInput
        label="Statuses that pass"
        description="Empty: 200 to 299"
        value={draft.statuses}
        onChange={(event) => onChange({ statuses: event.currentTarget.value })}
      />
      <Checkbox
        size="xs"
        label="Repeat it until the answer matches, for a deployment for example"
        checked={draft.waits}
        onChange={(event) => onChange({ waits: event.currentTarget.checked })}
      />
      {draft.waits && <WaitFields draft={draft} onChange={onChange} />}
    </>
  );
}

function WaitFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Seconds
        label="Seconds between two requests"
        value={draft.everySeconds}
        max={maxHookWaitSeconds}
        onChange={(everySeconds) => onChange({ everySeconds })}
      />
      <TextInput
        label="Field"
        description="In the JSON of the answer, such as deployment.state; empty: the status decides"
        spellCheck={false}
        value={draft.field}
        onChange={(event) => onChange({ field: event.currentTarget.value })}
      />
      <Textarea
        label="Values that end the wait"
        description="Each on its own line"
        autosize
        maxRows={4}
        size="sm"
        value={draft.values}
        onChange={(event) => onChange({ values: event.currentTarget.value })}
      />
      <Textarea
        label="Values that fail the hook"
        autosize
        maxRows={4}
        size="sm"
        value={draft.failedValues}
        onChange={(event) => onChange({ failedValues: event.currentTarget.value })}
      />
    </>
  );
}

function TreatmentFields({ draft, onChange }: FieldsProps) {
  return (
    <>
      <Seconds
        label="Time limit in seconds"
        value={draft.timeLimitSeconds}
        max={maxHookSeconds}
        onChange={(timeLimitSeconds) => onChange({ timeLimitSeconds })}
      />
      <TextInput
        label="Position"
        description="Hooks are executed by position; empty: the last"
        inputMode="numeric"
        value={draft.position}
        onChange={(event) => onChange({ position: event.currentTarget.value })}
      />
      <Checkbox
        size="xs"
        label="Start it again after an interruption, for example when a worker died"
        checked={draft.repeatable}
        onChange={(event) => onChange({ repeatable: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="Enabled"
        checked={draft.enabled}
        onChange={(event) => onChange({ enabled: event.currentTarget.checked })}
      />
    </>
  );
}

function Seconds({
  label,
  value,
  max,
  onChange,
}: {
  label: string;
  value: number;
  max: number;
  onChange: (value: number) => void;
}) {
  return (
    <NumberInput
      label={label}
      min={1}
      max={max}
      allowDecimal={false}
      value={value}
      onChange={(next) => onChange(Number(next))}
    />
  );
}
