// What is being typed survives a reload of this tab and a dropped connection: it lies in the tab's
// own store, for an hour at most, and is wiped as soon as it has served.
import { useEffect, useRef } from "react";
import { useDesk } from "./picker_days.jsx";
import { forget, put, read } from "./picker_typed.jsx";

const TYPED = "[name]:not([type=hidden], [name=website])";

const MOST_SENT = 5;

// Also where a page has no address of its own to speak of, over plain HTTP.
const unguessable = () =>
  crypto.randomUUID?.() ??
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16)).join("-");

export function Kept({ children, ...rest }) {
  const box = useRef(null);
  const { send } = useDesk();

  useEffect(() => {
    const { typed = {}, at } = read();
    if (!at) forget();
    for (const field of box.current.querySelectorAll(TYPED)) {
      const is = typed[field.name];
      if (is === undefined) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === is;
      else field.value = is;
      const folded = is && field.closest("details");
      if (folded) folded.open = true;
    }
  }, []);

  // An hour after the last word it is gone, also where the page stays open.
  useEffect(() => {
    const timer = setInterval(() => read().at || forget(), 60_000);
    return () => clearInterval(timer);
  }, []);

  const keep = () => {
    const typed = {};
    for (const field of box.current.querySelectorAll(TYPED)) {
      const isMark = field.type === "radio" || field.type === "checkbox";
      if (!isMark || field.checked) typed[field.name] = field.value;
    }
    put({ typed });
  };

  // The same wish has the same key, however often it is sent; another one has another.
  const seal = (event) => {
    const form = event.target;
    const { key: sealed, earlier, ...wish } = Object.fromEntries(new FormData(form));
    const said = JSON.stringify(wish);
    const kept = read();
    const key = kept.said === said ? kept.key : unguessable();
    // Of those that were sent before, one may have booked without an answer ever coming.
    const before = (kept.sent ?? []).filter((one) => one !== key);
    put({ said, key, sent: [...before, key].slice(-MOST_SENT) });
    if (form.elements.key) form.elements.key.value = key;
    if (form.elements.earlier) form.elements.earlier.value = before.join(" ");
    send();
  };

  return (
    <div {...rest} ref={box} onInput={keep} onChange={keep} onSubmitCapture={seal}>
      {children}
    </div>
  );
}
