import * as client from 'openid-client';
import type { OidcConfig } from '../../config/config.ts';
import { Fault } from '../../faults/fault.ts';
import type { Claims } from './claims.ts';

const timeoutSeconds = 10;

/** What is remembered of a sign-in that goes on at the provider. */
export interface Departure {
  state: string;
  nonce: string;
  verifier: string;
}

/**
 * An OpenID provider: authorization code flow with PKCE, state and nonce. It is asked for its description when somebody signs
 * in first, and again if that failed: the server starts without it.
 */
export function createProvider(config: OidcConfig, redirectUri: string) {
  let found: Promise<client.Configuration> | undefined;
  const discovered = () => {
    found ??= discover(config).catch((error) => {
      found = undefined;
      throw new Fault('OIDC_UNREACHABLE', `${config.issuer} does not describe itself: ${inWords(error)}.`, {
        cause: error,
      });
    });
    return found;
  };

  return {
    /** Where the browser goes. Errors: OIDC_UNREACHABLE. */
    async depart(): Promise<{ url: URL; departure: Departure }> {
      const configuration = await discovered();
      const departure = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      };
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: config.scopes,
        state: departure.state,
        nonce: departure.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(departure.verifier),
        code_challenge_method: 'S256',
      });
      return { url, departure };
    },

    /** Who came back, by the query that the browser brought. Errors: OIDC_UNREACHABLE, OIDC_REFUSED. */
    async arrive(
      search: string,
      { state, nonce, verifier }: Departure,
    ): Promise<Claims & { iss: string; sub: string }> {
      const configuration = await discovered();
      try {
        const tokens = await client.authorizationCodeGrant(configuration, new URL(redirectUri + search), {
          pkceCodeVerifier: verifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        });
        const claims = tokens.claims() as client.IDToken;
        // Many providers tell groups only here.
        const more = configuration.serverMetadata().userinfo_endpoint
          ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
          : {};
        return { ...more, ...claims };
      } catch (error) {
        throw new Fault('OIDC_REFUSED', `${config.name} did not confirm the sign-in: ${inWords(error)}.`, {
          cause: error,
        });
      }
    },
  };
}

async function discover(config: OidcConfig): Promise<client.Configuration> {
  const { issuer, clientId, clientSecret } = config;
  // Settings allow http for this machine alone.
  const execute = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  const found = await client.discovery(new URL(issuer), clientId, clientSecret, undefined, {
    execute,
    timeout: timeoutSeconds,
  });
  // The one that every provider has by default, unless it says otherwise.
  const methods = found.serverMetadata().token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const authentication = methods.includes('client_secret_basic')
    ? client.ClientSecretBasic(clientSecret)
    : client.ClientSecretPost(clientSecret);
  const configuration = new client.Configuration(
    found.serverMetadata(),
    clientId,
    clientSecret,
    authentication,
  );
  configuration.timeout = timeoutSeconds;
  for (const each of execute) each(configuration);
  return configuration;
}

/** What went wrong, with its causes and with what the provider says; nothing else of its answer, which may hold tokens. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return 'for an unknown reason';
  const { error: code, error_description: description } = error as Partial<client.ResponseBodyError>;
  const said = [code, description].filter((each) => typeof each === 'string');
  const why = error.cause instanceof Error ? [inWords(error.cause)] : [];
  return [error.message, ...said, ...why].join(': ');
}
