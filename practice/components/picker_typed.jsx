// The tab's own store for what is being typed: read for an hour, then as if it had never been.
const PLACE = "practice-typed";
const KEPT_FOR = 3600 * 1000;

export const read = () => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
    return kept && Date.now() - kept.at < KEPT_FOR ? kept : {};
  } catch {
    return {};
  }
};

export const put = (changes) => {
  try {
    sessionStorage.setItem(PLACE, JSON.stringify({ ...read(), ...changes, at: Date.now() }));
  } catch {
    // A browser that keeps nothing still books.
  }
};

export const forget = () => {
  try {
    sessionStorage.removeItem(PLACE);
  } catch {
    // There was nothing.
  }
};
