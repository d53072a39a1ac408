/**
 * Runs once before all tests. Servers that tests share are started by `scripts/test.sh`, which passes their
 * addresses in MATRE_TEST_*; everything else a test starts by itself (see the other files of this folder).
 */
export default function setup(): void {}
