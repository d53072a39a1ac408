import { useLocalStorage } from '@mantine/hooks';
import { useLayoutEffect } from 'react';

export const densities = ['comfortable', 'compact'] as const;
type Density = (typeof densities)[number];

/** How much space the page leaves between things; stored in this browser. The style is in page.css. */
export function useDensity(): [Density, (density: Density) => void] {
  const [stored, setStored] = useLocalStorage<string>({
    key: 'matre-density',
    defaultValue: 'comfortable',
    getInitialValueInEffect: false,
    // Other versions may have stored anything.
    serialize: (value) => value,
    deserialize: (value) => value ?? 'comfortable',
  });
  const density = densities.find((each) => each === stored) ?? 'comfortable';
  useLayoutEffect(() => {
    document.documentElement.dataset['density'] = density;
  }, [density]);
  return [density, setStored];
}
