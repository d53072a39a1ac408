import { useLocalStorage } from '@mantine/hooks';
import { useQueryState } from '../ui/query-state.ts';

/** Whether long lines are wrapped: as the address says, else as last chosen in this browser. */
export function useWrap(): [boolean, (wrap: boolean) => void] {
  const [inAddress, setInAddress] = useQueryState('wrap');
  const [preference, setPreference] = useLocalStorage({
    key: 'log-wrap',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const change = (wrap: boolean) => {
    setPreference(wrap);
    setInAddress(wrap ? 'on' : 'off');
  };
  return [inAddress === '' ? preference : inAddress === 'on', change];
}
