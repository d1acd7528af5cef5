// The times of the chosen day, the clock they are of, and the summary of the chosen one.
import { Fragment, useEffect, useRef, useState } from "react";
import { capital, nextFree, query, timesOf, useDesk } from "./picker_days.jsx";

export function Times({ children }) {
  const { words, known, day, start, gone, taken, choose } = useDesk();
  const [heard, setHeard] = useState("");
  const first = useRef(true);
  const shown = known?.days[day];
  useEffect(() => {
    if (!shown) return;
    if (!first.current) setHeard(shown.heard);
    first.current = false;
  }, [shown]);
  return (
    <div className="times" data-times-of={day}>
      <p className="vh" role="status">
        {heard}
      </p>
      {gone && (
        <div className="notice notice-attention" role="alert">
          <svg viewBox="0 0 24 24" className="i" aria-hidden="true">
            <circle cx="12" cy="12" r="10" />
            <path d="M12 6v6l4 2" />
          </svg>
          <p className="notice-title">{words.gone}</p>
        </div>
      )}
      {known && !nextFree(known, known.today) && children}
      {shown && (
        <>
          <h3>
            {capital(shown.words)} <span>– {shown.count}</span>
          </h3>
          {withLost(shown, taken.start).map((part) => (
            <Fragment key={part.name}>
              <h4 id={`part-${part.name}`}>{part.name}</h4>
              <div className="slots" role="group" aria-labelledby={`part-${part.name}`}>
                {part.times.map((time) => (
                  <button
                    key={time.start}
                    type="button"
                    className={look(time, start)}
                    disabled={time.lost}
                    aria-pressed={time.lost ? undefined : time.start === start}
                    data-slot={time.lost ? undefined : time.start}
                    onClick={() => choose(time)}
                  >
                    <time dateTime={time.start}>{time.shown}</time>
                    {time.lost && <span className="vh"> – {words.lost}</span>}
                  </button>
                ))}
              </div>
            </Fragment>
          ))}
        </>
      )}
    </div>
  );
}

const look = (time, start) =>
  ["slot", time.lost && "gone", time.start === start && "on"].filter(Boolean).join(" ");

// The lost time keeps its place among the others, struck through.
const withLost = (day, lost) => {
  if (!lost || lost.slice(0, 10) !== day.on) return day.parts;
  if (timesOf(day).some((time) => time.start === lost)) return day.parts;
  const from = lost.slice(11, 16);
  const mark = { start: lost, shown: from, on: day.on, lost: true };
  const at = day.parts.findLast((part) => part.times[0].start <= lost) ?? day.parts[0];
  return day.parts.map((part) =>
    part === at
      ? { ...part, times: [...part.times, mark].sort((a, b) => (a.start < b.start ? -1 : 1)) }
      : part,
  );
};

// Which clock all times are of, and the way to another.
export function Clock({ children }) {
  const { words, known, day, device, chosen } = useDesk();
  if (!known) return null;
  const time = chosen ?? (known.days[day] && timesOf(known.days[day])[0]);
  const [said] = time?.clock ?? Object.values(known.clocks)[0];
  return (
    <div className="zone">
      <svg viewBox="0 0 24 24" className="i s" aria-hidden="true">
        <circle cx="12" cy="12" r="10" />
        <path d="M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20M2 12h20" />
      </svg>
      <span>
        {capital(said)}
        {known.zone === device && <span className="hide-s">, {words.same}</span>}.
      </span>{" "}
      {children}
    </div>
  );
}

export function Chosen({ price }) {
  const { words, known, chosen } = useDesk();
  if (!chosen) return null;
  return (
    <p className="chosen">
      <b>
        <time dateTime={chosen.start}>{capital(known.days[chosen.on].words)}</time>
      </b>
      <span className="num">
        {chosen.hours}, {chosen.clock[1]}
      </span>
      {chosen.there && <span className="num">{chosen.there}</span>}
      {price && <span>{price}</span>}
      <button type="button" className="plain" onClick={back}>
        {words.changeTime}
      </button>
    </p>
  );
}

const back = () => {
  const slot = document.querySelector(".slot.on") ?? document.querySelector("[data-slot]");
  slot?.focus({ preventScroll: true });
  document.getElementById("times")?.scrollIntoView({ block: "start" });
};

// What goes along with the form, as the browser knows it.
export function Asked() {
  const { known, start } = useDesk();
  const asked = query();
  return (
    <>
      <input type="hidden" name="start" value={start} readOnly />
      <input type="hidden" name="zone" value={known?.zone ?? ""} readOnly />
      <input type="hidden" name="booking" value={asked.booking ?? ""} readOnly />
      <input type="hidden" name="token" value={asked.key ?? ""} readOnly />
      <input type="hidden" name="key" />
      <input type="hidden" name="earlier" />
    </>
  );
}
