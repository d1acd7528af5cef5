// The days: a month where there is room, a week on a phone. A free day has a line under it, as long
// as the day is free.
import { useEffect, useRef, useState } from "react";
import { monthOf, nextFree, useDesk } from "./picker_days.jsx";
import { Week } from "./picker_week.jsx";

const NARROW = "(max-width: 699px)";
const isNarrow = () => window.matchMedia(NARROW).matches;

// On its way before anybody has drawn the days; the server's answer takes longer.
let Month = null;
const fetched = async () => {
  Month ??= (await import("./picker_calendar.jsx")).Month;
};
if (typeof window !== "undefined" && !isNarrow()) fetched().catch(() => {});

function Wide({ wasNarrow }) {
  const [here, setHere] = useState(Boolean(Month));
  const [missed, setMissed] = useState(wasNarrow);
  useEffect(() => {
    const fetchIt = () => fetched().then(() => setHere(true), () => setMissed(true));
    if (!here) fetchIt();
    window.addEventListener("online", fetchIt);
    return () => window.removeEventListener("online", fetchIt);
  }, [here]);
  if (here) return <Month />;
  // The week does as well, until it has come.
  return missed ? <Week stays /> : <div className="month" />;
}

export function Days() {
  const { known, month } = useDesk();
  const [narrow, setNarrow] = useState(isNarrow);
  const began = useRef(narrow);
  useEffect(() => {
    const media = window.matchMedia(NARROW);
    const hear = () => setNarrow(media.matches);
    media.addEventListener("change", hear);
    return () => media.removeEventListener("change", hear);
  }, []);
  if (!known || !month) return null;
  return (
    <div>
      {narrow ? <Week /> : <Wide wasNarrow={began.current} />}
      {narrow ? null : <Below />}
    </div>
  );
}

// What the lines mean; or where it goes on when a month has none.
function Below() {
  const { words, known, month, pick } = useDesk();
  const loaded = known.months.includes(month);
  const any = Object.keys(known.days).some((on) => monthOf(on) === month);
  if (any || !loaded) {
    return (
      <p className="legend">
        <i />
        {words.legend}
      </p>
    );
  }
  const next = nextFree(known, `${month}-32`);
  return (
    <div className="no-times" role="status">
      <p>{next ? words.noneBut.replace("{day}", next[1]) : words.noneLater}</p>
      {next && (
        <button type="button" className="btn" onClick={() => pick(next[0])}>
          {words.goTo.replace("{day}", next[1])}
        </button>
      )}
    </div>
  );
}
