// A week of days, for a phone.
import { useEffect, useRef, useState } from "react";
import { Head } from "./picker_head.jsx";
import { line, monthOf, nextFree, toDate, toDay, useDesk } from "./picker_days.jsx";

const moved = (on, days) => {
  const date = toDate(on);
  date.setDate(date.getDate() + days);
  return toDay(date);
};

export function Week({ stays }) {
  const { words, known, day, month, pick, showMonth } = useDesk();
  const at = day || known.today;
  // The week of the chosen day, or of what was paged to.
  const [monday, setMonday] = useState(mondayOf(at));
  useEffect(() => setMonday(mondayOf(at)), [at]);
  useEffect(() => {
    // Paged beyond what is loaded: its month is asked for.
    const shown = monthOf(moved(monday, 6));
    if (shown !== month) showMonth(shown);
  }, [monday]);
  const week = [0, 1, 2, 3, 4, 5, 6].map((step) => moved(monday, step));
  const free = Object.keys(known.days).sort();
  // Weeks in which nothing is free are stepped over.
  const earlier = free.findLast((on) => on < monday);
  const later = nextFree(known, moved(monday, 7))?.[0];
  const strip = useRef(null);
  const wanted = useRef("");
  const focus = (on) => strip.current?.querySelector(`[data-day="${on}"]`)?.focus();
  // To the next free day, as in the month; into another week, where it lies there.
  const step = (event) => {
    const from = event.target.closest("[data-day]")?.dataset.day;
    const to = {
      ArrowRight: () => free.find((on) => on > from),
      ArrowLeft: () => free.findLast((on) => on < from),
    }[event.key]?.();
    if (!from || !to) return;
    event.preventDefault();
    wanted.current = to;
    if (mondayOf(to) === monday) focus(to);
    else setMonday(mondayOf(to));
  };
  useEffect(() => {
    if (week.includes(wanted.current)) focus(wanted.current);
    wanted.current = "";
  }, [monday]);
  const turn = (on) => () => {
    setMonday(mondayOf(on));
    const start = mondayOf(on);
    const first = free.find((one) => one >= start);
    if (first && first <= moved(start, 6)) pick(first);
  };
  return (
    <div className={stays ? "week stays" : "week"}>
      <Head
        title={span(week[0], week[6], words)}
        back={words.weekBefore}
        on={words.weekAfter}
        goBack={earlier && turn(earlier)}
        goOn={later && turn(later)}
      />
      <div
        ref={strip}
        className="week-days"
        role="group"
        aria-label={span(week[0], week[6], words)}
        onKeyDown={step}
      >
        {week.map((on, index) => (
          <WeekDay key={on} on={on} short={words.weekdays[index][0]} chosen={on === day} />
        ))}
      </div>
    </div>
  );
}

function WeekDay({ on, short, chosen }) {
  const { known, pick } = useDesk();
  const free = known.days[on];
  const look = ["day", free && line(free, known), on === known.today && "now", chosen && "on"];
  return (
    <button
      type="button"
      className={look.filter(Boolean).join(" ")}
      disabled={!free}
      aria-pressed={free ? chosen : undefined}
      aria-label={free?.label}
      data-day={free && on}
      onClick={() => pick(on)}
    >
      <small>{short}</small>
      {Number(on.slice(8))}
    </button>
  );
}

const mondayOf = (on) => moved(on, -((toDate(on).getDay() + 6) % 7));

// 23 – 29 November; over the end of a month both are short, so that it fits a phone.
const span = (first, last, words) => {
  const [from, until] = [first, last].map((on) => ({
    day: Number(on.slice(8)),
    at: on.slice(5, 7) - 1,
  }));
  if (from.at === until.at) return `${from.day} – ${until.day} ${words.inDate[until.at]}`;
  return `${from.day} ${words.brief[from.at]} – ${until.day} ${words.brief[until.at]}`;
};
