import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import type { ChannelKindView } from '#src/operations/channels/channel-kinds.ts';
import type { ChannelDraft, ChannelField } from './channel-draft.ts';

interface Props {
  kind: ChannelKindView;
  draft: ChannelDraft;
  /** The secrets that the channel has. */
  stored: Readonly<Record<string, boolean>>;
  problems: Record<string, string>;
  onChange: (changes: Partial<ChannelDraft>) => void;
}

/** The settings and secrets of a kind of channel. */
export function ChannelFields({ kind, draft, stored, problems, onChange }: Props) {
  return (
    <>
      {kind.settings.map((field) => (
        <SettingField
          key={field.name}
          field={field}
          value={draft.settings[field.name]}
          error={problems[field.name]}
          onChange={(value) => onChange({ settings: { ...draft.settings, [field.name]: value } })}
        />
      ))}
      {kind.secrets.map((field) => (
        <SecretField
          key={field.name}
          field={field}
          isStored={stored[field.name] === true}
          {...{ draft, problems, onChange }}
        />
      ))}
    </>
  );
}

interface SettingProps {
  field: ChannelField;
  value: string | boolean | undefined;
  error: string | undefined;
  onChange: (value: string | boolean) => void;
}

function SettingField({ field, value, error, onChange }: SettingProps) {
  const { label, help, type, required, choices } = field;
  if (type === 'boolean') {
    return (
      <Checkbox
        size="xs"
        label={label}
        description={help}
        checked={value === true}
        error={error}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  const text = {
    ...{ label, description: help, error, value: String(value ?? '') },
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (type === 'choice') {
    return (
      <NativeSelect
        {...text}
        data={[{ value: '', label: required ? 'Choose' : 'None' }, ...(choices ?? [])]}
      />
    );
  }
  const typing = { ...text, autoComplete: 'off', spellCheck: false, required };
  if (type === 'lines') return <Textarea {...typing} autosize minRows={3} maxRows={12} />;
  return <TextInput {...typing} type={type === 'number' ? 'number' : 'text'} />;
}

type SecretProps = Pick<Props, 'draft' | 'problems' | 'onChange'> & {
  field: ChannelField;
  isStored: boolean;
};

/** A secret is written and never read: the field says that one is set, and typing replaces it. */
function SecretField({ field, isStored, draft, problems, onChange }: SecretProps) {
  const { name, label, help, required, type } = field;
  const isRemoved = draft.removed.includes(name);
  const text = {
    label,
    description: isStored ? `It is set. Type to replace it. ${help}` : help,
    placeholder: isStored && !isRemoved ? 'set' : '',
    required: required && !isStored,
    autoComplete: 'new-password',
    error: problems[name],
    disabled: isRemoved,
    value: draft.secrets[name] ?? '',
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ secrets: { ...draft.secrets, [name]: event.currentTarget.value } }),
  };
  return (
    <>
      {type === 'lines' ? (
        <Textarea {...text} spellCheck={false} autosize minRows={3} maxRows={12} />
      ) : (
        <TextInput {...text} type="password" />
      )}
      {isStored && !required && (
        <Checkbox
          size="xs"
          label={`Remove: ${label}`}
          checked={isRemoved}
          onChange={(event) =>
            onChange({
              removed: event.currentTarget.checked
                ? [...draft.removed, name]
                : draft.removed.filter((each) => each !== name),
              secrets: { ...draft.secrets, [name]: '' },
            })
          }
        />
      )}
    </>
  );
}
