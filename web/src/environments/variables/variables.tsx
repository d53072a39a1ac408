import { Button, Modal, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { showEnvironment } from '#src/operations/environments/environments.ts';
import { toProblem } from '../../api/problem.ts';
import type { OutputOf } from '../../api/request.ts';
import { ActionButton } from '../../ui/action-button.tsx';
import { shortCommit } from '../../ui/format.ts';
import { useQueryState } from '../../ui/query-state.ts';
import { Loading } from '../../ui/states.tsx';
import containers from '../containers/containers.module.css';
import classes from '../environment.module.css';
import { effectiveQuery } from '../queries.ts';
import { type VariableDraft, VariableForm } from './variable-form.tsx';
import { VariableRows } from './variable-rows.tsx';
import { layerText, rowsOf } from './variable-values.ts';

interface Props {
  environment: OutputOf<typeof showEnvironment>;
  onEditSettings: () => void;
}

/** The variables that tests read on an environment, with the layer of each value. */
export function Variables({ environment, onEditSettings }: Props) {
  const { code } = environment;
  const effective = useQuery(effectiveQuery(code));
  const [search, setSearch] = useQueryState('variable');
  const [layer, setLayer] = useQueryState('layer');
  const [draft, setDraft] = useState<VariableDraft>();
  const close = () => setDraft(undefined);

  const rows = rowsOf(effective.data, environment.variables);
  const searchText = search.trim().toLowerCase();
  const visibleRows = rows.filter(
    ({ name, value, from }) =>
      `${name} ${value ?? ''}`.toLowerCase().includes(searchText) && (layer === '' || from === layer),
  );
  const layers = (effective.data?.layers ?? []).filter((each) => rows.some(({ from }) => from === each));
  const problem = effective.error ? toProblem(effective.error) : undefined;

  return (
    <section className={classes.section} aria-labelledby="variables">
      <div className={classes.sectionHead}>
        <h2 id="variables">
          Variables <span className={classes.dim}>{rows.length > 0 && rows.length}</span>
        </h2>
        <TextInput
          size="xs"
          aria-label="Search variables"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        {layers.map((each) => (
          <Button
            key={each}
            size="compact-xs"
            variant={layer === each ? 'filled' : 'subtle'}
            aria-pressed={layer === each}
            onClick={() => setLayer(layer === each ? '' : each)}
          >
            {rows.filter(({ from }) => from === each).length} {layerText[each]}
          </Button>
        ))}
        <span className={classes.push}>
          <ActionButton
            requiredRole="admin"
            size="compact-xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            onClick={() => setDraft({ name: '', value: '', secret: false })}
          >
            Add variable
          </ActionButton>
        </span>
      </div>
      {problem && (
        <p className={containers.problem} role="alert">
          {problem.message} {problem.remedy} Only the variables of this environment itself are shown.
        </p>
      )}
      {effective.isLoading ? (
        <Loading what="the variables" />
      ) : (
        <VariableRows code={code} rows={visibleRows} onEdit={setDraft} onEditSettings={onEditSettings} />
      )}
      {effective.data && effective.data.commit.id !== '' && (
        <p className={classes.dim}>
          Including <code>{effective.data.file}</code> of the test module at commit{' '}
          <code title={effective.data.commit.subject}>{shortCommit(effective.data.commit.id)}</code>
        </p>
      )}
      <Modal opened={draft !== undefined} onClose={close} title={draft?.name || 'Add variable'}>
        {draft && <VariableForm code={code} draft={draft} onClose={close} />}
      </Modal>
    </section>
  );
}
