import * as client from 'openid-client';
import { memoize } from '../../async/single-flight.ts';
import type { OidcConfig } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import { asSentence } from '../../faults/sentence.ts';
import type { Claims } from './claims.ts';

const timeoutSeconds = 10;

/** The state of a sign-in while the browser is at the provider. */
export interface SignInState {
  state: string;
  nonce: string;
  verifier: string;
}

/**
 * An OpenID provider: authorization code flow with PKCE, state and nonce, and ID tokens that are signed with a key of the provider. Its
 * configuration is discovered at the first sign-in, and again after a failure, so that the server starts without the provider.
 */
export function createProvider(config: OidcConfig, redirectUri: string) {
  const readConfiguration = memoize(() =>
    discover(config).catch((error): never => {
      const message = asSentence(
        `The configuration of ${config.issuer} could not be read: ${describeError(error)}`,
      );
      throw new Fault('OIDC_UNREACHABLE', message, { cause: error });
    }),
  );

  return {
    /** The URL of the provider to send the browser to, and the state to keep until it returns. Errors: OIDC_UNREACHABLE. */
    async begin(): Promise<{ url: URL; state: SignInState }> {
      const configuration = await readConfiguration();
      const signIn = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: config.scopes,
        state: signIn.state,
        nonce: signIn.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(signIn.verifier),
        code_challenge_method: 'S256',
      });
      return { url, state: signIn };
    },

    /** The claims about the user who returns, by the query of the callback. Errors: OIDC_UNREACHABLE, OIDC_REFUSED. */
    async finish(
      search: string,
      { state, nonce, verifier }: SignInState,
    ): Promise<Claims & { iss: string; sub: string }> {
      const configuration = await readConfiguration();
      try {
        const tokens = await client.authorizationCodeGrant(configuration, new URL(redirectUri + search), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() as client.IDToken;
        // Many providers send groups only here.
        const userInfo = configuration.serverMetadata().userinfo_endpoint
          ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
          : {};
        return { ...userInfo, ...claims };
      } catch (error) {
        throw new Fault(
          'OIDC_REFUSED',
          asSentence(`${config.name} did not confirm the sign-in: ${describeError(error)}`),
          {
            cause: error,
          },
        );
      }
    },
  };
}

async function discover(config: OidcConfig): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret } = config;
  const execute = [
    // Signatures of ID tokens are checked: otherwise the TLS of the token endpoint alone vouches for them (OpenID Connect Core 3.1.3.7).
    client.enableNonRepudiationChecks,
    // The settings allow http only for this machine.
    ...(issuer.startsWith('http:') ? [client.allowInsecureRequests] : []),
  ];
  const discovered = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    execute,
    timeout: timeoutSeconds,
  });
  // The default method of the specification.
  const methods = discovered.serverMetadata().token_endpoint_auth_methods_supported ?? [
    'client_secret_basic',
  ];
  const authentication = methods.includes('client_secret_basic')
    ? client.ClientSecretBasic(clientSecret)
    : client.ClientSecretPost(clientSecret);
  const configuration = new client.Configuration(
    discovered.serverMetadata(),
    clientId,
    clientSecret,
    authentication,
  );
  configuration.timeout = timeoutSeconds;
  for (const each of execute) each(configuration);
  return configuration;
}

/** The message of an error, of its causes and of the provider; nothing else of the response, which may contain tokens. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { error: code, error_description: description } = error as Partial<client.ResponseBodyError>;
  const providerMessages = [code, description].filter((each) => typeof each === 'string');
  const causes = error.cause instanceof Error ? [describeError(error.cause)] : [];
  return [error.message, ...providerMessages, ...causes].join(': ');
}
