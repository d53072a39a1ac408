// HTTP requests to addresses with a user and password, which browsers and curl send as basic authentication; `fetch`
// of Node refuses such addresses.

/** The address without credentials, and the `authorization` header that they stand for. */
function splitAddress(address) {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return { url, headers: {} };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = '';
  url.password = '';
  return { url, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } };
}

/** Sends a request. A header of the request has precedence over the credentials of the address. */
function request(address, init = {}) {
  const { url, headers } = splitAddress(address);
  return fetch(url, { ...init, headers: { ...headers, ...init.headers } });
}

module.exports = { request, splitAddress };
