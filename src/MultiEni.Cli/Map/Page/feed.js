/** Follows the stream, and comes back by itself when the connection breaks. */
export function follow(onMessage, onLink) {
  const source = new EventSource('stream');
  source.addEventListener('open', () => onLink('live'));
  source.addEventListener('error', () => onLink(source.readyState === EventSource.CLOSED ? 'ended' : 'reconnecting'));
  source.addEventListener('message', (event) => onMessage(JSON.parse(event.data)));
}

/** The story of an ENI; null when it is gone. */
export async function story(eni) {
  const answer = await fetch(`story?eni=${encodeURIComponent(eni)}`);
  return answer.ok ? answer.json() : null;
}
