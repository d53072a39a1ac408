import { Button, Code } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { createToken, listTokens, revokeToken } from '#src/operations/users/tokens.ts';
import { callApi, get, type OutputOf } from '../api/request.ts';
import type { Session } from '../api/session.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { LongText } from '../ui/long-text/long-text.tsx';
import { QueryFallback } from '../ui/states.tsx';
import { type Column, DataTable } from '../ui/table/data-table.tsx';
import { Time } from '../ui/time.tsx';
import { useAction } from '../ui/use-action.ts';
import classes from './account.module.css';
import { NewToken } from './new-token.tsx';

type Token = OutputOf<typeof listTokens>['tokens'][number];

const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => get<typeof listTokens>('/api/tokens', { signal }),
});

/** API tokens: the user's own, and for admins those of all users. */
export function Tokens({ user }: { user: NonNullable<Session['user']> }) {
  const { data, error, refetch } = useQuery(tokensQuery);
  const [newToken, setNewToken] = useState<OutputOf<typeof createToken>>();
  return (
    <section aria-labelledby="tokens">
      <h2 id="tokens">API tokens</h2>
      <p className={classes.note}>
        For the command line (<code>MATRE_TOKEN</code>), pipelines and programs. A token has the permissions
        of its role, but never more than its user.
      </p>
      <NewToken maxRole={user.role} onCreate={setNewToken} />
      {newToken && <Secret token={newToken} onClose={() => setNewToken(undefined)} />}
      {data === undefined ? (
        <QueryFallback what="the tokens" query={{ error, refetch }} />
      ) : (
        data.tokens.length > 0 && <TokenTable tokens={data.tokens} />
      )}
    </section>
  );
}

/** Shows the secret of a new token, which is the only time. */
function Secret({ token, onClose }: { token: OutputOf<typeof createToken>; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(token.secret);
    setCopied(true);
  };
  return (
    <div className={classes.secret} role="status">
      <p>
        <b>{token.name}</b>: copy the token now. Only its hash is stored, so it is never shown again.
      </p>
      <Code block>{token.secret}</Code>
      <div className={classes.row}>
        {/* Browsers provide the clipboard on secure pages only; elsewhere a click selects the whole token. */}
        {navigator.clipboard && (
          <Button onClick={() => void copy()} aria-live="polite">
            {copied ? 'Copied' : 'Copy'}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          Done
        </Button>
      </div>
    </div>
  );
}

const columns: Column<Token>[] = [
  { name: 'Name', width: 9, value: ({ name }) => <LongText text={name} /> },
  { name: 'Role', width: 'fit', value: ({ role }) => role },
  { name: 'User', width: 8, value: ({ user, createdBy }) => <LongText text={user ?? createdBy} /> },
  { name: 'Created', width: 'fit', isNumber: true, value: ({ createdAt }) => <Time at={createdAt} /> },
  {
    name: 'Last used',
    width: 'fit',
    isNumber: true,
    value: ({ usedAt }) => (usedAt === null ? 'never' : <Time at={usedAt} />),
  },
  {
    name: 'Expires',
    width: 'fit',
    isNumber: true,
    value: ({ expiresAt, expired }) =>
      expiresAt === null ? 'never' : expired ? 'expired' : <Time at={expiresAt} />,
  },
];

function TokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <DataTable
      labelledBy="tokens"
      rows={tokens}
      rowKey={({ id }) => id}
      columns={columns}
      actions={(token) => <Revoke token={token} />}
      isDim={({ expired }) => expired}
    />
  );
}

function Revoke({ token: { id, name } }: { token: Token }) {
  const revoke = useAction({
    run: () => callApi<OutputOf<typeof revokeToken>>('DELETE', `/api/tokens/${id}`),
    successMessage: () => `Token ${name} was revoked.`,
    invalidates: [['tokens']],
  });
  return (
    <ConfirmButton
      label="Revoke"
      accessibleName={`Revoke ${name}`}
      question={`Programs that use the token ${name} lose access immediately.`}
      busy={revoke.isPending}
      onConfirm={() => revoke.mutate()}
    />
  );
}
