// What stands on the page before any of this has come (routes/ahead.py).

// Left as it came: to React it is the inside of an element that it was told to leave alone.
const AS_IT_CAME = { __html: "" };
export const Ahead = () => (
  <div className="ahead" suppressHydrationWarning dangerouslySetInnerHTML={AS_IT_CAME} />
);

// Whoever came by keyboard to one of those links is led to the same day or time of ours.
export const whereFocused = () => {
  const link = document.activeElement?.closest(".ahead a");
  if (!link) return null;
  const asked = Object.fromEntries(new URL(link.href).searchParams);
  const turn = link.matches(".icon-btn") ? [...link.parentElement.children].indexOf(link) : -1;
  return { ...asked, turn };
};
export const focus = ({ start, day, zones, turn }) => {
  const turns = [...document.querySelectorAll(".cal-head .icon-btn")];
  const same = (one) => Date.parse(one.dataset.slot) === Date.parse(start);
  const time = start && [...document.querySelectorAll("[data-slot]")].find(same);
  const clock = zones && document.querySelector(".zone button");
  const found = turns[turn] || time || clock || document.querySelector(`[data-day="${day}"]`);
  found?.focus({ preventScroll: true });
};
