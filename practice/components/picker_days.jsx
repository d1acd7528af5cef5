// What is known of the free days, for all parts of the page, and how it is read. Reflex names the
// files that it imports itself with a version; this one only they import, so that it is there once.
import { createContext, useContext } from "react";

export const Context = createContext(null);
export const useDesk = () => useContext(Context);

// What the address says; nothing while the page is drawn ahead.
export const query = () =>
  typeof window === "undefined"
    ? {}
    : Object.fromEntries(new URLSearchParams(window.location.search));

export const monthOf = (on) => on.slice(0, 7);
export const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
export const timesOf = (day) => day.parts.flatMap((part) => part.times);

// Of the line under a free day. Where none has more times than that, each of them is one step.
export const LONGEST = 9;
const listed = (known) => Object.keys(known.days).sort();
// The first free day from this date on, and its words.
export const nextFree = (known, from) => {
  const on = listed(known).find((day) => day >= from);
  if (on) return [on, known.days[on].words];
  return known.next[0] >= from ? known.next : null;
};

export const after = (month, step = 1) => {
  const [year, number] = month.split("-").map(Number);
  const all = year * 12 + number - 1 + step;
  return `${Math.floor(all / 12)}-${String((all % 12) + 1).padStart(2, "0")}`;
};

export const toDate = (on) => new Date(`${on}T12:00:00`);
export const toDay = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
// As long as the day is free, beside the freest of those that are known.
export const line = (day, known) =>
  `free free-${Math.max(1, Math.round((LONGEST * timesOf(day).length) / known.most))}`;
