import { Button, Code, Table } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { createToken, listTokens, revokeToken } from '#src/operations/users/tokens.ts';
import { callApi, get, type OutputOf } from '../api/request.ts';
import type { Session } from '../api/session.ts';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { QueryFallback } from '../ui/states.tsx';
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

function TokenTable({ tokens }: { tokens: Token[] }) {
  return (
    <div className={classes.scroll}>
      <Table aria-labelledby="tokens">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Role</Table.Th>
            <Table.Th>User</Table.Th>
            <Table.Th className={classes.number}>Created</Table.Th>
            <Table.Th className={classes.number}>Last used</Table.Th>
            <Table.Th className={classes.number}>Expires</Table.Th>
            <Table.Th>
              <span className={classes.hidden}>Actions</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Row key={token.id} token={token} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function Row({ token }: { token: Token }) {
  const { id, name, role, user, createdBy, createdAt, usedAt, expiresAt, expired } = token;
  const revoke = useAction({
    run: () => callApi<OutputOf<typeof revokeToken>>('DELETE', `/api/tokens/${id}`),
    successMessage: () => `Token ${name} is revoked.`,
    invalidates: [['tokens']],
  });
  return (
    <Table.Tr className={expired ? classes.expired : undefined}>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{role}</Table.Td>
      <Table.Td>{user ?? createdBy}</Table.Td>
      <Table.Td className={classes.number}>
        <Time at={createdAt} />
      </Table.Td>
      <Table.Td className={classes.number}>{usedAt === null ? 'never' : <Time at={usedAt} />}</Table.Td>
      <Table.Td className={classes.number}>
        {expiresAt === null ? 'never' : expired ? 'expired' : <Time at={expiresAt} />}
      </Table.Td>
      <Table.Td className={classes.actions}>
        <ConfirmButton
          label="Revoke"
          accessibleName={`Revoke ${name}`}
          question={`Programs that use the token ${name} lose access immediately.`}
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate()}
        />
      </Table.Td>
    </Table.Tr>
  );
}
