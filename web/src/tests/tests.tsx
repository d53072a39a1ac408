import { useTitle } from '../parts/title.ts';

export default function Tests() {
  useTitle('Tests');
  return <h1>Tests</h1>;
}
