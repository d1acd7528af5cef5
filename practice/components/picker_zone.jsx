// Another clock: a dialog of the browser's own, with a search over all zones by city or offset.
import { useEffect, useRef, useState } from "react";
import { useDesk } from "./picker_days.jsx";

const SHOWN = 40;
const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const offsetOf = (zone) => {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "shortOffset" });
  return parts.formatToParts().find((part) => part.type === "timeZoneName").value;
};
const nameOf = (zone, language) => {
  const parts = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: "longGeneric" });
  return parts.formatToParts().find((part) => part.type === "timeZoneName").value;
};

// Browsers list some cities under names that nobody uses any more.
const TODAY = {
  "Asia/Katmandu": "Kathmandu",
  "Asia/Calcutta": "Kolkata",
  "Asia/Saigon": "Ho Chi Minh City",
  "Asia/Rangoon": "Yangon",
  "Atlantic/Faeroe": "Faroe",
  "America/Godthab": "Nuuk",
  "Europe/Kiev": "Kyiv",
};

// Read once, when somebody looks: some four hundred of them.
const read = ({ language, cities }) =>
  (Intl.supportedValuesOf?.("timeZone") ?? []).map((zone) => {
    const city = cities[zone] ?? TODAY[zone] ?? zone.split("/").at(-1).replaceAll("_", " ");
    const name = nameOf(zone, language);
    return { zone, city, name, sought: plain(`${city} ${zone} ${name}`) };
  });

export function Zones() {
  const { words, known, device, change } = useDesk();
  const dialog = useRef(null);
  const field = useRef(null);
  const [all, setAll] = useState([]);
  const [sought, seek] = useState("");

  const open = () => {
    setAll((already) => (already.length ? already : read(words)));
    seek("");
    dialog.current.showModal();
  };
  const take = (zone) => () => {
    dialog.current.close();
    change(zone);
  };
  const wanted = plain(sought.trim());
  const fits = wanted
    ? all.filter((one) => one.sought.includes(wanted))
    : all.filter((one) => one.zone === device || one.zone === known.zone);
  const shown = fits.slice(0, SHOWN);

  // Arrows lead through the list and back into the field.
  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [field.current, ...dialog.current.querySelectorAll("[data-zone]")];
    const at = stops.indexOf(document.activeElement);
    stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
  };
  const enter = (event) => {
    if (event.key !== "Enter" || !shown.length) return;
    event.preventDefault();
    take(shown[0].zone)();
  };

  return (
    <>
      <button type="button" className="plain" aria-haspopup="dialog" onClick={open}>
        {words.change}
        <span className="vh"> – {words.zoneTitle}</span>
      </button>
      <dialog ref={dialog} className="zones" aria-labelledby="zones-title" onKeyDown={walk}>
        <h2 id="zones-title">{words.zoneTitle}</h2>
        <label htmlFor="zones-search">{words.zoneSearch}</label>
        <input
          ref={field}
          id="zones-search"
          type="search"
          className="entry-box"
          autoComplete="off"
          value={sought}
          onChange={(event) => seek(event.target.value)}
          onKeyDown={enter}
        />
        <p className="vh" role="status">
          {wanted ? words.zonesFound.replace("{count}", fits.length) : ""}
        </p>
        <ul>
          {shown.map((one) => (
            <li key={one.zone}>
              <button
                type="button"
                data-zone={one.zone}
                aria-pressed={one.zone === known.zone}
                onClick={take(one.zone)}
              >
                <span>
                  {one.city}
                  <small>{one.name}</small>
                </span>
                <span className="num">{offsetOf(one.zone)}</span>
              </button>
            </li>
          ))}
        </ul>
        {wanted && !shown.length ? <p className="soft">{words.zoneNone}</p> : null}
        <button type="button" className="btn" onClick={() => dialog.current.close()}>
          {words.close}
        </button>
      </dialog>
    </>
  );
}
