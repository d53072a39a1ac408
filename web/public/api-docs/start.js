// Shows the description of the API in Scalar (web/api-reference.ts), with requests that have the rights of the session.
{
  const { nonce } = document.currentScript;
  /** The path of this installation, on a host that it shares with others. */
  const basePath = document.querySelector('meta[name=base-path]').content;
  const reading = ['GET', 'HEAD'];

  // Scalar creates style elements at run time, and the content security policy wants the nonce of the response on each.
  const createElement = document.createElement.bind(document);
  document.createElement = (...args) => {
    const element = createElement(...args);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  };

  const readSession = async () => (await fetch(`${basePath}/api/session`)).json();

  function loadScalar() {
    return new Promise((resolve, reject) => {
      const script = createElement('script');
      script.src = `${basePath}/api/docs/scalar.js`;
      script.onload = () => resolve(globalThis.Scalar);
      script.onerror = () => reject(new Error(`${script.src} could not be loaded`));
      document.head.append(script);
    });
  }

  function showNote(text, { address, link }) {
    const note = createElement('p');
    const anchor = createElement('a');
    note.className = 'note';
    anchor.href = address;
    anchor.textContent = link;
    note.append(text, ' ', anchor);
    document.getElementById('api').replaceChildren(note);
  }

  async function start() {
    const { user } = await readSession();
    if (user === null) {
      showNote('The API is described for signed-in users. Open this page again after you have signed in.', {
        address: `${basePath}/`,
        link: 'Sign in',
      });
      return;
    }
    const scheme = localStorage.getItem('mantine-color-scheme-value');
    const { createApiReference } = await loadScalar();
    createApiReference('#api', {
      url: `${basePath}/api/openapi.json`,
      // Each of these would use a server of others.
      agent: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
      telemetry: false,
      withDefaultFonts: false,
      // The colour scheme is that of the page.
      hideDarkModeToggle: true,
      ...(['light', 'dark'].includes(scheme) && { forceDarkModeState: scheme }),
      persistAuth: false,
      // The browser sends the cookie of the session; writing requests need its token as well.
      async onBeforeRequest({ request }) {
        if (reading.includes(request.method)) return;
        // Scalar announces JSON also where nothing follows, which the server refuses.
        if ((await request.clone().text()) === '') request.headers.delete('content-type');
        const { csrf } = await readSession();
        if (csrf !== null) request.headers.set('x-csrf-token', csrf);
      },
    });
  }

  start().catch((error) => {
    showNote(`The API cannot be shown: ${error.message}.`, {
      address: `${basePath}/api/docs`,
      link: 'Try again',
    });
  });
}
