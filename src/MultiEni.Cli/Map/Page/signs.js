// Each state has a sign beside its colour: colour alone says nothing to many readers.

/** States, in the order in which they matter. */
export const states = ['Trouble', 'Progressing', 'Deleting', 'Ready'];

const looks = {
  Trouble: { sign: '✗', label: 'in trouble', style: 'trouble' },
  Progressing: { sign: '…', label: 'in progress', style: 'progress' },
  Deleting: { sign: '−', label: 'being deleted', style: 'deleting' },
  Ready: { sign: '✓', label: 'ready', style: 'ready' },
};

/** Sign, words and style of a state. */
export const look = (state) => looks[state] ?? looks.Progressing;

/** The state that matters most among some; null of none. */
export function worst(counts) {
  return states.find((state) => counts[state] > 0) ?? null;
}

/** Counts of no state. */
export const none = () => ({ Trouble: 0, Progressing: 0, Deleting: 0, Ready: 0 });

/** The words for counts, the worst first. */
export function words(counts) {
  return states.filter((state) => counts[state] > 0).map((state) => `${counts[state].toLocaleString('en-US')} ${look(state).label}`).join(', ');
}
