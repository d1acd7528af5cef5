// A form that shows it is being sent, cannot be sent twice, and leads to what is wrong.
import { useEffect, useRef, useState } from "react";

// After this long without an answer the visitor may try again, and is told so.
const PATIENCE = 15000;

export function SendForm(props) {
  const { answer, troubles, apology, sending, silence, onSubmit, children, ...rest } = props;
  const form = useRef(null);
  // The ref closes the door at once; the state draws it closed.
  const busy = useRef(false);
  const [said, setSaid] = useState("");
  const [failed, setFailed] = useState(false);
  const [waiting, setWaiting] = useState(false);

  const release = (words) => {
    busy.current = false;
    setWaiting(false);
    setSaid(words);
  };

  useEffect(() => {
    if (!busy.current) return;
    release("");
    form.current?.querySelector("[data-error-summary]")?.focus();
  }, [answer]);

  useEffect(() => {
    if (!busy.current) return;
    release("");
    setFailed(true);
  }, [troubles]);

  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => release(silence), PATIENCE);
    return () => clearTimeout(timer);
  }, [waiting, silence]);

  const send = (event) => {
    event.preventDefault();
    if (busy.current) return;
    busy.current = true;
    setWaiting(true);
    setSaid(sending);
    setFailed(false);
    onSubmit?.(event);
  };

  // A fragment link scrolls to a field but does not put the cursor into it.
  const lead = (event) => {
    const link = event.target.closest?.("[data-error-summary] a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
  };

  return (
    <form
      {...rest}
      ref={form}
      noValidate
      data-waiting={waiting}
      onSubmit={send}
      onClick={lead}
    >
      {children}
      <p role="status" className={said === silence && said ? "form-silence" : "vh"}>
        {said}
      </p>
      <p role="alert" className="form-apology">
        {failed ? apology : ""}
      </p>
    </form>
  );
}
