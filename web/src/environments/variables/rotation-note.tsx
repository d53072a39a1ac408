import type { VariableView } from '#src/operations/core/views.ts';
import { callApi } from '../../api/request.ts';
import { useRefusal } from '../../api/session.ts';
import { ConfirmButton } from '../../ui/confirm-button.tsx';
import { stamp } from '../../ui/format.ts';
import { Time } from '../../ui/time.tsx';
import { useAction } from '../../ui/use-action.ts';
import variables from './variables.module.css';

interface Props {
  variable: VariableView;
  /** The environment of the variable; without it, it is one of all environments. */
  environment: string | undefined;
}

/** When a secret was changed, and from when on it has another value, which can be cancelled. */
export function RotationNote({ variable, environment }: Props) {
  const { name, changedAt, changedBy, rotation } = variable;
  const refusal = useRefusal('admin');
  const cancel = useAction({
    run: () => callApi('DELETE', `/api/variables/${name}/rotation`, { query: { environment } }),
    successMessage: () => `${name} keeps its value.`,
    invalidates: [['variables'], ['environment'], ['effective']],
  });
  return (
    <>
      {changedAt && (
        <div className={variables.note}>
          changed <Time at={changedAt} />
          {changedBy && ` by ${changedBy}`}
        </div>
      )}
      {rotation && (
        <div className={variables.rotation}>
          New value from <b title={rotation.at}>{stamp(new Date(rotation.at))}</b>, set by {rotation.by}
          {refusal === undefined && (
            <ConfirmButton
              label="Cancel rotation"
              accessibleName={`Cancel rotation of ${name}`}
              question={`Keep the current value? The new value of ${name} is discarded.`}
              busy={cancel.isPending}
              onConfirm={() => cancel.mutate()}
            />
          )}
        </div>
      )}
    </>
  );
}
