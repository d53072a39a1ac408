import { useTitle } from '../parts/title.ts';

export default function Environment() {
  useTitle('Environment');
  return <h1>Environment</h1>;
}
