import { useTitle } from '../parts/title.ts';

export default function Environments() {
  useTitle('Environments');
  return <h1>Environments</h1>;
}
