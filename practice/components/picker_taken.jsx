// What becomes of the page when the time was taken: title, order of the chapters, what is free
// instead, and what was written, to be read.
import { useEffect, useRef, useState } from "react";
import { useDesk } from "./picker_days.jsx";

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
  const { words, taken, start, take, busy } = useDesk();
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
              onChange={() => take(one.start)}
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
    const marked = (name) => document.querySelector(`#${form} [name=${name}]:checked`);
    const label = (name) => marked(name)?.closest("label")?.textContent;
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
