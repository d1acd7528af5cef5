// A month of days. A phone never asks for this file, which brings a library along.
import { useEffect, useRef } from "react";
import { DayPicker } from "react-day-picker";
import { Head } from "./picker_head.jsx";
import { after, capital, line, monthOf, toDate, toDay, useDesk } from "./picker_days.jsx";

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

export function Month() {
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
