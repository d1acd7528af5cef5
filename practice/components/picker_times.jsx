// The times of the chosen day, the summary of the chosen one, and what is free instead of a lost one.
import { Fragment, useEffect, useRef, useState } from "react";
import { capital, nextFree, timesOf, useDesk } from "./picker_days.jsx";

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
        <p className="gone-note" role="alert">
          {words.gone}
        </p>
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
                    className={`slot${time.lost ? " gone" : ""}${time.start === start ? " on" : ""}`}
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
  const asked = typeof window === "undefined" ? {} : Object.fromEntries(new URLSearchParams(window.location.search));
  return (
    <>
      <input type="hidden" name="start" value={start} readOnly />
      <input type="hidden" name="zone" value={known?.zone ?? ""} readOnly />
      <input type="hidden" name="booking" value={asked.booking ?? ""} readOnly />
      <input type="hidden" name="token" value={asked.key ?? ""} readOnly />
      <input type="hidden" name="key" />
    </>
  );
}

// The title says what happened, when something did; the chapters then change their order.
export function Title({ title, children }) {
  const { isTaken, taken } = useDesk();
  const heading = useRef(null);
  useEffect(() => {
    if (!isTaken) return;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [isTaken, taken]);
  return (
    <div className="page-title">
      <h1 ref={heading} tabIndex={-1}>
        {isTaken ? taken.title : title}
      </h1>
      {isTaken ? <p role="alert">{taken.said}</p> : children}
    </div>
  );
}

// First the times, then the form; after a loss the other way round. Both stay what they are.
export function Chapters({ children }) {
  const { isTaken, start, led } = useDesk();
  const [times, form] = children;
  useEffect(() => {
    if (led) document.getElementById("who")?.focus();
  }, [led]);
  const open = (
    <div key="form" hidden={!start && !isTaken}>
      {form}
    </div>
  );
  const all = (
    <div key="times" id="times">
      {times}
    </div>
  );
  return <>{isTaken ? [open, all] : [all, open]}</>;
}

export function When({ face, children }) {
  const { isTaken } = useDesk();
  return isTaken === (face === "taken") ? <>{children}</> : null;
}

// The nearest free times as cards; the button names the one that is marked.
export function Others({ verb, form }) {
  const { words, taken, start, setStart, busy } = useDesk();
  const picked = taken.others.find((one) => one.start === start) ?? taken.others[0];
  if (!picked) return <p>{words.noOthers}</p>;
  return (
    <fieldset>
      <legend className="vh">{words.near}</legend>
      <div className="alts">
        {taken.others.map((one) => (
          <label key={one.start} className="alt">
            <input
              type="radio"
              name="other"
              className="dot"
              checked={one === picked}
              onChange={() => setStart(one.start)}
            />
            <b>
              <time dateTime={one.start}>{one.time}</time>
            </b>
            <span>
              <span>{one.day}</span>
              <small>{one.near}</small>
            </span>
          </label>
        ))}
      </div>
      <div className="acts">
        <button type="submit" form={form} className="btn primary big" aria-disabled={busy}>
          {busy ? words.sending : picked[verb]}
        </button>
        <a className="link" href="#times">
          {words.seeAll}
        </a>
      </div>
    </fieldset>
  );
}

// What was typed, to be read; a press on "Change" opens the form on that field.
export function Written({ fields, form, children }) {
  const { words, isTaken } = useDesk();
  const [open, setOpen] = useState("");
  const [said, setSaid] = useState([]);
  useEffect(() => {
    if (!isTaken) return;
    setOpen("");
    const typed = new FormData(document.getElementById(form));
    const label = (name) => document.querySelector(`#${form} [name=${name}]:checked`)?.closest("label")?.textContent;
    setSaid(
      fields
        .map(([name, words]) => [name, words, label(name) ?? typed.get(name)])
        .filter(([, , value]) => value),
    );
  }, [isTaken]);
  useEffect(() => {
    if (!open) return;
    document.querySelector(`#${form} [name=${open}]`)?.focus();
  }, [open]);
  const read = isTaken && !open;
  return (
    <>
      {read && (
        <dl className="kept">
          {said.map(([name, words_, value]) => (
            <div key={name}>
              <dt>{words_}</dt>
              <dd>
                <span>{value}</span>
                <button type="button" className="plain" onClick={() => setOpen(name)}>
                  {words.change}
                  <span className="vh"> – {words_}</span>
                </button>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <div hidden={read}>{children}</div>
    </>
  );
}
