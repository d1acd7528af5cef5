// Over everything while a session is locked; the way out once it has ended.
import { useEffect, useRef } from "react";

const TEXT =
  "textarea, input:not([type=hidden], [type=checkbox], [type=radio], [type=submit], [type=file])";
const STOPS = "input, button, a[href]";

export function Door({ standing, answer, wayOut, onShut, children, ...rest }) {
  const sheet = useRef(null);
  const before = useRef("");
  const stops = () => [...sheet.current.querySelectorAll(STOPS)];

  // A modal dialog: the browser itself makes everything behind it inert, whatever it is.
  const shut = () => {
    if (!sheet.current.open) sheet.current.showModal();
  };

  useEffect(() => {
    const was = before.current;
    before.current = standing || was;
    if (standing === "ended") window.location.assign(wayOut);
    if (standing === "locked") {
      shut();
      onShut?.();
      // The server has emptied its side; what was typed here is on nobody's side but this.
      for (const one of document.querySelectorAll(TEXT)) {
        if (!sheet.current.contains(one)) one.value = "";
      }
    }
    if (standing === "open" && was === "locked") window.location.reload();
  }, [standing, wayOut]);

  // A wrong code is said at the field: whoever listens hears it there.
  useEffect(() => {
    if (!answer || !sheet.current.open) return;
    const field = sheet.current.querySelector("input");
    field?.focus();
    field?.select();
  }, [answer]);

  const keepInside = (event) => {
    if (event.key !== "Tab") return;
    const all = stops();
    const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
    if (document.activeElement !== from) return;
    event.preventDefault();
    to.focus();
  };

  return (
    <dialog
      {...rest}
      ref={sheet}
      onKeyDown={keepInside}
      onCancel={(event) => event.preventDefault()}
      onClose={() => before.current === "locked" && shut()}
    >
      {children}
    </dialog>
  );
}
