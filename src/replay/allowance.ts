/**
 * A function that returns whether so many bytes may be read: at first `burst`, and `perSecond` more with time. What is refused counts, too,
 * so that a sender that does not stop is still refused.
 */
export function createAllowance(
  { burst, perSecond }: { burst: number; perSecond: number },
  now = () => performance.now(),
): (bytes: number) => boolean {
  let left = burst;
  let at = now();
  return (bytes) => {
    const time = now();
    left = Math.min(burst, left + ((time - at) / 1_000) * perSecond) - bytes;
    at = time;
    return left >= 0;
  };
}
