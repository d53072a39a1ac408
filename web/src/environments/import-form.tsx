import { Alert, Button, Checkbox, FileButton, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import type { importEnvironments } from '#src/operations/environments/env-import.ts';
import { type OutputOf, post } from '../api/request.ts';
import { FormProblem } from '../ui/form-problem.tsx';
import { plural } from '../ui/format.ts';
import { LongText } from '../ui/long-text/long-text.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './import-form.module.css';

type Imported = OutputOf<typeof importEnvironments>;
type ImportedFile = Imported['files'][number];
type Change = ImportedFile['added'][number];

interface EnvFile {
  name: string;
  content: string;
}

/** Adds or updates environments from .env.<code> files, after a preview of the changes. */
export function ImportForm({ onClose }: { onClose: () => void }) {
  const [files, setFiles] = useState<EnvFile[]>([]);
  const [pasted, setPasted] = useState({ code: '', content: '' });
  const [allValues, setAllValues] = useState(false);
  const all =
    pasted.content.trim() === ''
      ? files
      : [...files, { name: `.env.${pasted.code.trim()}`, content: pasted.content }];
  const { preview, importFiles } = useImport({ files: all, allValues }, onClose);
  const plan = preview.data;

  const change = (apply: () => void) => {
    preview.reset();
    importFiles.reset();
    apply();
  };

  return (
    <Stack gap="sm">
      <FormProblem error={importFiles.error ?? preview.error} />
      <FileChoice files={files} onChange={(selected) => change(() => setFiles(selected))} />
      <PastedFile
        code={pasted.code}
        content={pasted.content}
        rows={plan ? 4 : 8}
        onChange={(changes) => change(() => setPasted((before) => ({ ...before, ...changes })))}
      />
      <Checkbox
        size="xs"
        label="Import all values"
        description="Without it, values that are not secret stay in the test module, where each commit may change them."
        checked={allValues}
        onChange={(event) => {
          const { checked } = event.currentTarget;
          change(() => setAllValues(checked));
        }}
      />
      {plan?.files.map((file) => (
        <Plan key={file.file} file={file} />
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="subtle" onClick={onClose}>
          Cancel
        </Button>
        {plan ? (
          <Button loading={importFiles.isPending} onClick={() => importFiles.mutate()}>
            Import
          </Button>
        ) : (
          <Button loading={preview.isPending} disabled={all.length === 0} onClick={() => preview.mutate()}>
            Preview changes
          </Button>
        )}
      </Group>
    </Stack>
  );
}

function useImport(input: { files: EnvFile[]; allValues: boolean }, onSuccess: () => void) {
  const send = (dryRun: boolean) =>
    post<typeof importEnvironments>('/api/environments/import', { ...input, dryRun });
  const preview = useAction({ run: () => send(true), quiet: true });
  const importFiles = useAction({
    run: () => send(false),
    successMessage: ({ files }) => `${plural(files.length, 'file')} imported.`,
    invalidates: [['environments'], ['environment'], ['effective'], ['overview'], ['preview']],
    onSuccess,
    quiet: true,
  });
  return { preview, importFiles };
}

function FileChoice({ files, onChange }: { files: EnvFile[]; onChange: (files: EnvFile[]) => void }) {
  const [unreadable, setUnreadable] = useState<string>();
  return (
    <Group gap="xs">
      {unreadable !== undefined && (
        <Alert
          role="alert"
          variant="outline"
          color="var(--failed)"
          w="100%"
          title={`${unreadable} is not UTF-8`}
        >
          Save it as UTF-8 and choose it again.
        </Alert>
      )}
      <FileButton
        multiple
        inputProps={{ 'aria-label': 'Files' }}
        onChange={async (selected) => {
          const read = await Promise.all(
            selected.map(async (file) => ({ name: file.name, content: await readUtf8(file) })),
          );
          setUnreadable(read.find(({ content }) => content === undefined)?.name);
          onChange(read.flatMap(({ name, content }) => (content === undefined ? [] : [{ name, content }])));
        }}
      >
        {(props) => (
          <Button variant="default" leftSection={<IconUpload size={14} aria-hidden />} {...props}>
            Choose files
          </Button>
        )}
      </FileButton>
      <span className={classes.files}>
        {files.map(({ name }) => name).join(', ') || 'named .env.<code>, or paste one below'}
      </span>
    </Group>
  );
}

/** The text of a file; undefined when it is not UTF-8, which a browser would replace without a word. */
async function readUtf8(file: File): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await file.arrayBuffer());
  } catch {
    return undefined;
  }
}

interface PastedProps {
  code: string;
  content: string;
  /** The height of the text field in lines. */
  rows: number;
  onChange: (changes: { code?: string; content?: string }) => void;
}

function PastedFile({ code, content, rows, onChange }: PastedProps) {
  return (
    <>
      <TextInput
        label="Code"
        placeholder="preprod-us"
        size="xs"
        w={220}
        value={code}
        onChange={(event) => onChange({ code: event.currentTarget.value })}
      />
      <Textarea
        label="Content"
        placeholder={'MAGENTO_BASE_URL=https://shop.example.com/\nMAGENTO_ADMIN_USERNAME=admin'}
        size="xs"
        rows={rows}
        spellCheck={false}
        classNames={{ input: classes.code }}
        value={content}
        onChange={(event) => onChange({ content: event.currentTarget.value })}
      />
    </>
  );
}

const planColumns: Column<Change & { how: string }>[] = [
  {
    name: 'Name',
    width: 8,
    value: ({ name }) => (
      <code>
        <LongText text={name} />
      </code>
    ),
  },
  { name: 'Value', width: 8, wraps: true, card: 'bare', value: (row) => shownValue(row) },
  { name: 'Change', width: 'fit', card: 'bare', value: ({ how }) => how },
];

function Plan({ file }: { file: ImportedFile }) {
  const { code, isNew, added, changed, unchanged, left, notes } = file;
  const rows = [
    ...added.map((each) => ({ ...each, how: 'new' })),
    ...changed.map((each) => ({ ...each, how: 'changed' })),
  ];
  return (
    <section aria-label={code}>
      <h3>
        {code}{' '}
        <span className={classes.files}>
          {isNew ? 'new environment' : 'existing environment'}: {added.length} new, {changed.length} changed,{' '}
          {unchanged.length} unchanged
        </span>
      </h3>
      {rows.length > 0 && (
        <DataTable
          label={`Values of ${code}`}
          rows={rows}
          rowKey={({ name }) => name}
          columns={planColumns}
        />
      )}
      {left.length > 0 && (
        <p className={classes.files}>
          {plural(left.length, 'value')} {left.length === 1 ? 'stays' : 'stay'} in the test module:{' '}
          {left.join(', ')}
        </p>
      )}
      {notes.length > 0 && (
        <ul className={classes.notes}>
          {notes.map(({ line, message }) => (
            <li key={`${line} ${message}`}>
              Line {line}: {message}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const shownValue = ({ secret, value }: Change) => (secret ? '•••••• (secret)' : value);
