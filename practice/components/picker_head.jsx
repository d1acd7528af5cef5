// What is shown of the days, and the ways to what lies before and after it.
const Turn = ({ label, go, back }) => (
  <button type="button" className="icon-btn" aria-label={label} disabled={!go} onClick={go}>
    <svg viewBox="0 0 24 24" className="i" aria-hidden="true">
      <path d={back ? "m15 18-6-6 6-6" : "m9 18 6-6-6-6"} />
    </svg>
  </button>
);

export function Head({ title, back, on, goBack, goOn }) {
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
