import { useTitle } from '../parts/title.ts';

export default function Overview() {
  useTitle('Overview');
  return <h1>Overview</h1>;
}
