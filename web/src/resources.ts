/**
 * Style sheets and images whose loading failed. A browser never requests them again, and Vite counts a style sheet that it requested
 * once as loaded, so without this a view would stay without its styles until the page is reloaded.
 */
const failedStyles = new Set<HTMLLinkElement>();
const failedImages = new Set<HTMLImageElement>();

/** Notes the style sheets and images that fail from now on, and the style sheets of index.html that have failed already. */
export function watchResources(): void {
  const isStyle = (target: unknown): target is HTMLLinkElement =>
    target instanceof HTMLLinkElement && target.rel === 'stylesheet';
  // `error` events of elements do not bubble.
  document.addEventListener(
    'error',
    ({ target }) => {
      if (isStyle(target)) failedStyles.add(target);
      if (target instanceof HTMLImageElement) failedImages.add(target);
    },
    true,
  );
  for (const link of document.querySelectorAll('link')) {
    if (isStyle(link) && isEmpty(link)) failedStyles.add(link);
  }
}

/** Whether a style sheet failed to load: Chromium has a sheet then, too, but refuses to read it. */
function isEmpty({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet === null || sheet.cssRules.length === 0;
  } catch {
    return true;
  }
}

let reloading: Promise<void> | undefined;

/** Loads the failed style sheets again. Rejects when one of them fails again. */
export function reloadStyles(): Promise<void> {
  reloading ??= Promise.all([...failedStyles].map(reloadStyle))
    .then(() => {})
    .finally(() => {
      reloading = undefined;
    });
  return reloading;
}

function reloadStyle(link: HTMLLinkElement): Promise<void> {
  failedStyles.delete(link);
  const copy = link.cloneNode() as HTMLLinkElement;
  return new Promise((resolve, reject) => {
    copy.addEventListener('load', () => resolve());
    copy.addEventListener('error', () => reject(new Error(`${copy.href} could not be loaded.`)));
    link.replaceWith(copy);
  });
}

/** Loads failed style sheets and images again, after the connection was lost. */
export function reloadResources(): void {
  // Another failure is noted, and tried again the next time.
  reloadStyles().catch(() => {});
  const images = [...failedImages];
  failedImages.clear();
  // Setting the same address requests it again.
  for (const image of images) if (image.isConnected) image.setAttribute('src', image.src);
}
