export function Prove() {
  return <h1>Prove</h1>;
}
