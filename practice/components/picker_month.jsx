// The days: a month where there is room, a week on a phone. A free day has a line under it, as long
// as the day is free.
import { useEffect, useRef, useState } from "react";
import { DayPicker } from "react-day-picker";
import { LONGEST, after, capital, monthOf, nextFree, timesOf, useDesk } from "./picker_days.jsx";

const NARROW = "(max-width: 699px)";
const toDate = (on) => new Date(`${on}T12:00:00`);
const toDay = (date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
const moved = (on, days) => {
  const date = toDate(on);
  date.setDate(date.getDate() + days);
  return toDay(date);
};
// As long as the day is free, beside the freest of those that are known.
const line = (day, known) =>
  `free free-${Math.max(1, Math.round((LONGEST * timesOf(day).length) / known.most))}`;

const Turn = ({ label, go, back }) => (
  <button type="button" className="icon-btn" aria-label={label} disabled={!go} onClick={go}>
    <svg viewBox="0 0 24 24" className="i" aria-hidden="true">
      <path d={back ? "m15 18-6-6 6-6" : "m9 18 6-6-6-6"} />
    </svg>
  </button>
);

function Head({ title, back, on, goBack, goOn }) {
  return (
    <div className="cal-head">
      <h3 aria-live="polite">{title}</h3>
      <div>
        <Turn label={back} go={goBack} back />
        <Turn label={on} go={goOn} />
      </div>
    </div>
  );
}

function DayButton({ day, modifiers, children, className, ...rest }) {
  const { known, words } = useDesk();
  const button = useRef(null);
  useEffect(() => {
    if (modifiers.focused) button.current?.focus();
  }, [modifiers.focused]);
  const free = known.days[day.isoDate];
  const look = ["day", free && line(free, known), modifiers.today && "now", modifiers.selected && "on"];
  return (
    <button
      {...rest}
      ref={button}
      className={look.filter(Boolean).join(" ")}
      data-day={free && day.isoDate}
    >
      {children}
      {modifiers.today && <small>{words.today}</small>}
    </button>
  );
}

const PARTS = {
  DayButton,
  MonthCaption: () => null,
  Day: ({ day, modifiers, "data-day": _day, ...rest }) => <td {...rest} />,
};
const CLASSES = { month_grid: "days", weekday: "dow" };

function Month() {
  const { words, known, day, month, pick, showMonth } = useDesk();
  const named = (of) => {
    const [year, number] = of.split("-");
    return `${words.months[number - 1]} ${year}`;
  };
  const first = monthOf(known.today);
  const last = monthOf(known.last);
  const dated = (on) =>
    words.days
      .replace("{day}", Number(on.slice(8)))
      .replace("{month}", words.inDate[on.slice(5, 7) - 1]);
  const label = (on) => known.days[on]?.label ?? words.taken.replace("{day}", dated(on));
  return (
    <div className="month">
      <Head
        title={capital(named(month))}
        back={named(after(month, -1))}
        on={named(after(month))}
        goBack={month > first ? () => showMonth(after(month, -1)) : undefined}
        goOn={month < last ? () => showMonth(after(month)) : undefined}
      />
      <DayPicker
        mode="single"
        required
        lang={words.language}
        weekStartsOn={1}
        hideNavigation
        month={toDate(`${month}-01`)}
        startMonth={toDate(`${first}-01`)}
        endMonth={toDate(`${last}-01`)}
        onMonthChange={(date) => showMonth(monthOf(toDay(date)))}
        today={toDate(known.today)}
        selected={day ? toDate(day) : undefined}
        onSelect={(date) => pick(toDay(date))}
        disabled={(date) => !known.days[toDay(date)]}
        components={PARTS}
        classNames={CLASSES}
        labels={{
          labelGrid: () => named(month),
          labelDayButton: (date) => label(toDay(date)),
          labelWeekday: (date) => words.weekdays[(date.getDay() + 6) % 7][1],
        }}
        formatters={{ formatWeekdayName: (date) => words.weekdays[(date.getDay() + 6) % 7][0] }}
      />
    </div>
  );
}

function Week() {
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
  const turn = (on) => () => {
    setMonday(mondayOf(on));
    const start = mondayOf(on);
    const first = free.find((one) => one >= start);
    if (first && first <= moved(start, 6)) pick(first);
  };
  return (
    <div className="week">
      <Head
        title={span(week[0], week[6], words)}
        back={words.weekBefore}
        on={words.weekAfter}
        goBack={earlier && turn(earlier)}
        goOn={later && turn(later)}
      />
      <div className="week-days" role="group" aria-label={span(week[0], week[6], words)}>
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

export function Days() {
  const { words, known, month } = useDesk();
  const [narrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const media = window.matchMedia(NARROW);
    const hear = () => setNarrow(media.matches);
    media.addEventListener("change", hear);
    return () => media.removeEventListener("change", hear);
  }, []);
  if (!known || !month) return null;
  return (
    <div>
      {narrow ? <Week /> : <Month />}
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
