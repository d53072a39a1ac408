import { useTitle } from '../parts/title.ts';

export default function Test() {
  useTitle('Test');
  return <h1>Test</h1>;
}
