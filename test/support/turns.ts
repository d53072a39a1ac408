/** Calls `onTurn` at each turn of the event loop, until the returned function is called. */
export function onEachTurn(onTurn: () => void): () => void {
  let isOver = false;
  const turn = () => {
    if (isOver) return;
    onTurn();
    setImmediate(turn);
  };
  setImmediate(turn);
  return () => {
    isOver = true;
  };
}
