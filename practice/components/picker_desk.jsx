// What somebody who picks a time has before them: the free days that came so far, the day and the
// time that are chosen, and the address that keeps both through a reload.
import { useEffect, useRef, useState } from "react";
import { Ahead, focus, whereFocused } from "./picker_ahead.jsx";
import { Context, after, monthOf, nextFree, query } from "./picker_days.jsx";
import { found, joined } from "./picker_offer.jsx";
import { forget, read } from "./picker_typed.jsx";

// So long the server may be silent at first; then the page without a script takes over.
const PATIENCE = 5000;

const ownZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "";
// The session type at the end of the address.
const named = () => window.location.pathname.split("/").filter(Boolean).at(-1);

// The page that does without a script, with all that this address holds.
const plainly = (plain) => {
  const { booking, key, ...kept } = query();
  if (booking) return `/manage/${encodeURIComponent(booking)}/${encodeURIComponent(key)}`;
  const rest = new URLSearchParams({ tz: ownZone(), ...kept });
  return `${plain.path}${plain.named ? `/${named()}` : ""}?${rest}`;
};

const write = (changes, anew) => {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  if (url.href === window.location.href) return;
  // The router counts its entries; ours must not look like somebody else's.
  const state = history.state ?? {};
  if (anew) history.pushState({ ...state, idx: (state.idx ?? 0) + 1 }, "", url);
  else history.replaceState(state, "", url);
};

export function Desk(props) {
  const { answered, answer, offer, taken, wayOn, troubles, words, plain } = props;
  const { onOpen, onMore, children } = props;
  const opening = useRef("");
  const before = useRef(null);
  const settled = useRef(false);
  const sent = useRef(false);
  const asked = useRef([]);
  const held = useRef(null);
  const [device, setDevice] = useState("");
  const [known, setKnown] = useState(null);
  const [ready, setReady] = useState(false);
  const [day, setDay] = useState("");
  const [month, setMonth] = useState("");
  const [start, setStart] = useState("");
  const [gone, setGone] = useState(false);
  const [led, setLed] = useState(0);
  const [dismissed, dismiss] = useState(null);
  const [busy, setBusy] = useState(false);

  // Everything the server needs; it may have forgotten this tab meanwhile.
  const ask = (more = {}) => {
    const { day: on = "", tz = "", booking = "", key = "" } = query();
    const earlier = (read().sent ?? []).join(" ");
    const slug = plain.named ? named() : "";
    const zone = tz || ownZone();
    return { opening: opening.current, slug, zone, day: on, booking, token: key, earlier, ...more };
  };

  useEffect(() => {
    opening.current ||= Math.random().toString(36).slice(2);
    const first = before.current === null;
    // A tab that slept for an hour finds that the server has forgotten it.
    if (first || (answered === "" && before.current === opening.current)) onOpen?.(ask());
    if (first) setDevice(ownZone());
    before.current = answered;
  }, [answered]);

  useEffect(() => {
    if (!answered || answered !== opening.current) return;
    // A wish of before a reload, whose answer this page never heard, has booked.
    if (wayOn) return goOn();
    held.current = whereFocused();
    setReady(true);
    setBusy(false);
    if (!offer.zone) return;
    const now = joined(known, offer);
    setKnown(now);
    asked.current = [];
    if (settled.current === true) return;
    settled.current = true;
    settle(now);
  }, [answered, offer]);

  useEffect(() => {
    if (ready && day && held.current) focus(held.current);
    if (ready && day) held.current = null;
  }, [ready, day]);

  // The address says what was chosen; without it the first free day is.
  const settle = (now) => {
    const wanted = query();
    const time = wanted.start && found(now, wanted.start);
    const on = now.days[wanted.day] ? wanted.day : (time?.on ?? nextFree(now, now.today)?.[0]);
    const free = now.days[on] ? on : "";
    setDay(free);
    setMonth(monthOf(free || now.today));
    setStart(time?.start ?? "");
    setGone(Boolean(wanted.start) && !time);
    write({ day: wanted.day && free, start: time?.start });
  };

  const isTaken = Boolean(taken.start) && dismissed !== taken;
  useEffect(() => {
    if (!taken.start || !known) return;
    const first = taken.others[0]?.start ?? "";
    setStart(first);
    setDay(taken.start.slice(0, 10));
    setMonth(monthOf(taken.start));
    write({ start: first });
  }, [taken]);

  // The day that was looked at may have filled meanwhile.
  useEffect(() => {
    if (!known || !day || known.days[day]) return;
    const near = [start.slice(0, 10), nextFree(known, day)?.[0], nextFree(known, known.today)?.[0]];
    const on = near.find((one) => known.days[one]) ?? "";
    setDay(on);
    if (on) setMonth(monthOf(on));
  }, [known, day]);

  useEffect(() => setBusy(false), [answer, troubles]);

  useEffect(() => {
    if (wayOn && sent.current) goOn();
  }, [wayOn]);
  // In the place of this entry: whoever goes back from there does not come to a time that is gone.
  const goOn = () => {
    forget();
    window.location.replace(wayOn);
  };

  // Never connected: whoever has this page has a browser that can do without.
  useEffect(() => {
    if (ready || troubles || !plain.path) return;
    const timer = setTimeout(() => window.location.replace(plainly(plain)), PATIENCE);
    return () => clearTimeout(timer);
  }, [ready, troubles]);

  useEffect(() => {
    const look = () => {
      if (!known) return;
      dismiss(taken);
      settle(known);
      if ((query().tz || device) !== known.zone) change(query().tz || device);
    };
    window.addEventListener("popstate", look);
    return () => window.removeEventListener("popstate", look);
  }, [known, device, taken]);

  // The same page in the other language: what is chosen goes along.
  useEffect(() => {
    const along = (event) => {
      const link = event.target.closest?.("a[hreflang]");
      if (link) link.search = window.location.search;
    };
    document.addEventListener("click", along, true);
    return () => document.removeEventListener("click", along, true);
  }, []);

  const load = (wanted) => {
    if (!known || wanted > monthOf(known.last) || wanted < monthOf(known.today)) return;
    if (known.months.includes(wanted) || asked.current.includes(wanted)) return;
    asked.current.push(wanted);
    onMore?.(ask({ zone: known.zone, month: wanted }));
  };
  // The month that is looked at, and the one after it, before anybody asks.
  useEffect(() => {
    if (!known || !month) return;
    load(month);
    load(after(month));
  }, [month, known]);

  const change = (zone) => {
    write({ tz: zone === device ? "" : zone });
    settled.current = false;
    setBusy(true);
    onOpen?.(ask({ zone }));
  };

  const pick = (on) => {
    setDay(on);
    setMonth(monthOf(on));
    setGone(false);
    write({ day: on });
  };

  const choose = (time) => {
    setStart(time.start);
    setGone(false);
    dismiss(taken);
    write({ day: time.on, start: time.start }, true);
    setLed(led + 1);
  };

  // Among those that are offered for a lost one.
  const take = (other) => {
    setStart(other);
    write({ start: other });
  };

  const value = {
    ...{ words, known, ready, device, day, month, start, gone, taken, isTaken, busy, led },
    ...{ pick, choose, change, take, setBusy, showMonth: setMonth },
    chosen: known && start ? found(known, start) : undefined,
    send: () => {
      sent.current = true;
      setBusy(true);
    },
  };
  const [waiting, ...matter] = children;
  return (
    <Context.Provider value={value}>
      {ready ? (
        matter
      ) : (
        <>
          <Ahead />
          {waiting}
        </>
      )}
    </Context.Provider>
  );
}
