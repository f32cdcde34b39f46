/** Calls the function again and again, until the one that it gives is called. It keeps no process alive. */
export function every(milliseconds: number, call: () => Promise<void>): () => void {
  const timer = setInterval(() => void call(), milliseconds).unref()
  return () => clearInterval(timer)
}
