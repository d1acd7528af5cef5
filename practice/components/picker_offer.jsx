// The free days as the server says them (state/offers.py), unpacked and joined to those that came before.
import { LONGEST, monthOf, timesOf } from "./picker_days.jsx";

const unpack = (offer) => ([on, words, label, heard, count, offset, parts]) => ({
  on,
  words,
  label,
  heard,
  count,
  parts: parts.map(([name, times]) => ({
    name,
    times: times.map(([from, until, own, there, far, word]) => ({
      on,
      start: `${on}T${from}:00${own || offset}`,
      shown: word || from,
      hours: `${from} – ${until}`,
      clock: offer.clocks[own || offset],
      there: there ? offer.there[far].replace("{time}", there) : "",
    })),
  })),
});

// Another month joins what is there; another zone replaces it.
export const joined = (known, offer) => {
  const same = known?.zone === offer.zone;
  const days = same ? { ...known.days } : {};
  for (const on of Object.keys(days)) if (offer.months.includes(monthOf(on))) delete days[on];
  for (const day of offer.days.map(unpack(offer))) days[day.on] = day;
  const months = same ? [...new Set([...known.months, ...offer.months])].sort() : offer.months;
  const reaches = months.at(-1) === offer.months.at(-1);
  const most = Math.max(LONGEST, ...Object.values(days).map((day) => timesOf(day).length));
  const { zone, today, last, clocks } = offer;
  const next = reaches ? offer.next : known.next;
  return { zone, today, last, clocks, days, months, most, next };
};

// The same instant may be written with another offset.
export const found = (known, start) =>
  Object.values(known?.days ?? {})
    .flatMap(timesOf)
    .find((time) => Date.parse(time.start) === Date.parse(start));
